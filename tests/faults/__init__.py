"""Guarantees at their full size; not in the default run: `make faults`."""
