"""Django admin over every record."""
