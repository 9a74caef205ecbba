"""Exports of other programs, recognised by their columns."""
