"""Which products and audiences a tree of raw rules names, whatever else is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from customers.audiences.tree import MOST_DEPTH
from customers.models import Audience

AUDIENCE_FIELDS = {"audience"}
PRODUCT_FIELDS = {"bought_product", "recommended"}
KEY = re.compile(r"[0-9]{1,18}")


def named(raw: Any, field_names: Iterable[str], depth: int = 0) -> set[int]:
    """The keys that rules about one of these fields name."""
    if not isinstance(raw, dict) or depth > MOST_DEPTH:
        return set()
    inner = raw.get("rules")
    if isinstance(inner, list):
        return set().union(*(named(one, field_names, depth + 1) for one in inner))
    values = raw.get("value")
    if raw.get("field") not in [*field_names] or not isinstance(values, list):
        return set()
    return {int(str(value)) for value in values if KEY.fullmatch(str(value))}


def naming(audience: Audience) -> list[Audience]:
    """The audiences that name this one."""
    others = Audience.objects.exclude(pk=audience.pk)
    return [other for other in others if audience.pk in named(other.rules, AUDIENCE_FIELDS)]
