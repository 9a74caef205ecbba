"""The audit: who saw, changed, exported and asked, and what models were told."""
