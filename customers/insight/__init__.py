"""Insight: what happened in a period, as sums, plots and sentences."""
