"""How topics and their growth are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def growth(change: float | None) -> str:
    """A relative change as "+50 %", and as "×4" from three times on."""
    if change is None:
        return ""
    if change >= 2:
        return f"×{number_format(change + 1, 1)}"
    return f"{change:+.0%}".replace("-", "−")


@register.filter
def share_of_best(weight: float, words: Sequence[Sequence[Any]]) -> int:
    """A word's weight in percent of the heaviest of the topic."""
    best = max((float(one[1]) for one in words), default=0.0)
    return round(100 * weight / best) if best else 0
