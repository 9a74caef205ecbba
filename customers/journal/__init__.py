"""What was done to records, and undoing it."""
