"""Shops that tell of their records by webhook, and are told what becomes of their orders."""
