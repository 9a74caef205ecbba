"""Every list, filter and record page of a shop of a million customers."""
