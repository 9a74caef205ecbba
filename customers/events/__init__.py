"""What happened to records, told to other systems."""
