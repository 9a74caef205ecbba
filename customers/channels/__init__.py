"""How customers reach the shop, and the shop them: mail, web forms."""
