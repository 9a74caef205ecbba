"""What the public pages tell of the shop, in whatever view shows them."""

from __future__ import annotations

from django import template
from django.conf import settings

from customers.languages import language_name

register = template.Library()


@register.simple_tag
def shop_name() -> str:
    """The shop, as customers know it."""
    return settings.SHOP_NAME


@register.filter
def language_label(code: str) -> str:
    """What people who read it call a language."""
    return language_name(code)
