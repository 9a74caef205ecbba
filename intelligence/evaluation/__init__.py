"""Measuring engines on tables of known answers."""
