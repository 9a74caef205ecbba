"""What each record looks like to partner systems."""
