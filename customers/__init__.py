"""The records of a shop, and every screen, admin page and endpoint over them."""
