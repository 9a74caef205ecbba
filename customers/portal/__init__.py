"""What customers reach without a login of the shop."""
