"""What answers are read from: the shop's texts, made plain and cut into passages."""
