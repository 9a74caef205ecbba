"""Logging in: passwords and second steps, what guessing costs, sessions."""
