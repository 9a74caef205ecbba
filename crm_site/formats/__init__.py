"""How numbers are written where Django knows it differently than readers do."""
