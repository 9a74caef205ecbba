"""The radar: what in the shop's own texts contradicts, is out of date, or is missing."""
