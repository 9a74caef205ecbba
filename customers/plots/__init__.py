"""Plots as Vega-Lite, drawn on the server: what they show, and how they are drawn."""
