"""Sums in Chinese are grouped by thousands, as shops print them; Django groups nothing."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
