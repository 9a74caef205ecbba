"""What workers do to help whoever writes to customers: drafts and summaries."""
