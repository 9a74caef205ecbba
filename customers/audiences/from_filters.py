"""The filters of the customer list as rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from customers.audiences.tree import rules_of

Raw = dict[str, Any]


def _words(said: str) -> Raw:
    return {"field": "words", "operator": "has_words", "value": said}


def _any_of(field: str, operator: str = "any_of") -> Callable[[str], Raw]:
    return lambda said: {"field": field, "operator": operator, "value": [said]}


def _text(field: str, operator: str) -> Callable[[str], Raw]:
    return lambda said: {"field": field, "operator": operator, "value": said}


FILTERS: Mapping[str, Callable[[str], Raw]] = {
    "q": _words,
    "segment": _any_of("segment"),
    "feeling": _any_of("feeling"),
    "country": _any_of("country"),
    "audience": _any_of("audience"),
    "rfm_class": _any_of("rfm_class"),
    "category": _any_of("bought_category", "did"),
    "tag": _any_of("tags"),
    "language": _any_of("language"),
    "source": _any_of("source"),
    "city": _text("city", "begins_with"),
    "company": _text("company", "is"),
    "orders_min": _text("order_count", "at_least"),
}
IGNORED = {"sort", "page", "view"}


def rules_from(query: QueryDict) -> tuple[Raw | None, list[str]]:
    """The rules that narrow customers as the filters do, or None where none does, and the
    names of filters that no rule can say.
    """
    said = {name: value for name, value in query.items() if value and name not in IGNORED}
    rules = [FILTERS[name](str(value)) for name, value in said.items() if name in FILTERS]
    return (rules_of(*rules) if rules else None), sorted(said.keys() - FILTERS.keys())
