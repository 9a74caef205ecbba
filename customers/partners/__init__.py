"""Partner systems: their keys, and what a key opens."""
