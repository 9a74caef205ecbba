"""Answers from the shop's own knowledge: finding the passages, reading them, choosing."""
