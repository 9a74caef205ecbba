"""Answers from the asker's own records, by closed patterns and typed templates."""
