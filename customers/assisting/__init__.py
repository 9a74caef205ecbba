"""Help for whoever writes to customers: drafts, fields read from text, and their log."""
