"""What templates of assistance need."""

from __future__ import annotations

from django import template

from customers.assisting.fields import FIELDS

register = template.Library()


@register.filter
def field_label(name: str) -> str:
    """What a field that a text may name is called."""
    return str(FIELDS.get(name, name))
