"""Answers from the shop's own passages and records."""
