"""The icons of the screens, drawn once: a list has two or three in each of its rows."""

from __future__ import annotations

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import _render_icon

register = template.Library()


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: str) -> str:
    """The icon of that name as SVG."""
    return _drawn(name, size, tuple(attributes.items()))


@lru_cache(maxsize=1024)
def _drawn(name: str, size: int | None, attributes: tuple[tuple[str, str], ...]) -> str:
    return _render_icon(name, size, **dict(attributes))
