"""The screens for staff."""
