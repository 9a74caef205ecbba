"""What the public pages tell of the shop, in whatever view shows them."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from customers.languages import language_name
from customers.models import Customer
from customers.satisfaction.links import waiting_for

register = template.Library()


@register.simple_tag
def shop_name() -> str:
    """The shop, as customers know it."""
    return settings.SHOP_NAME


@register.simple_tag
def ratings_waiting(asker: Customer | None) -> list[Any]:
    """The tickets that this customer may rate, each with the token of its link."""
    return waiting_for(asker) if asker else []


@register.filter
def language_label(code: str) -> str:
    """What people who read it call a language."""
    return language_name(code)
