"""How the shop's machinery is doing, as numbers out of the database."""
