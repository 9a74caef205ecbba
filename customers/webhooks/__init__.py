"""Events on their way to other systems: signed, sent, tried again, kept as a log."""
