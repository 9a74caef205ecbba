"""Which audiences a tree of rules names, and which those name in turn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from customers.audiences.tree import MOST_DEPTH
from customers.models import Audience

FIELD = "audience"
KEY = re.compile(r"[0-9]{1,18}")


def named_audiences(raw: Any, depth: int = 0) -> set[int]:
    """The keys of the audiences that raw rules name, whatever else is wrong with them."""
    if not isinstance(raw, dict) or depth > MOST_DEPTH:
        return set()
    inner = raw.get("rules")
    if isinstance(inner, list):
        return set().union(*(named_audiences(one, depth + 1) for one in inner))
    values = raw.get("value")
    if raw.get("field") != FIELD or not isinstance(values, list):
        return set()
    return {int(str(value)) for value in values if KEY.fullmatch(str(value))}


def reach(pks: Iterable[int]) -> set[int]:
    """These audiences and all that they lead to; a query a step."""
    found, new = set[int](), set(pks)
    while new:
        found |= new
        rules = Audience.objects.filter(pk__in=new).values_list("rules", flat=True)
        new = set().union(*(named_audiences(one) for one in rules)) - found
    return found


def naming(audience: Audience) -> list[Audience]:
    """The audiences that name this one."""
    others = Audience.objects.exclude(pk=audience.pk)
    return [other for other in others if audience.pk in named_audiences(other.rules)]
