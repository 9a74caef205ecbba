"""What outside agents propose, and how people of the shop decide about it."""
