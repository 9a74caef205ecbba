"""Who gets a ticket."""
