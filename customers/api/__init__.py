"""The REST API for partner systems."""
