"""Serving recommendations: what may be in a list, lists for many, and one list at once."""
