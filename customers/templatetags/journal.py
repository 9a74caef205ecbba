"""How journal entries are shown."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from customers.models import JournalEntry

register = template.Library()


@register.filter
def of_entry(told: Mapping[int, str], entry: JournalEntry) -> str:
    """What an entry did, out of what is told of many."""
    return told.get(entry.pk, "")
