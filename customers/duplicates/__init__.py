"""Customers that are one person: found, judged, merged into one."""
