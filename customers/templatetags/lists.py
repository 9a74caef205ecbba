"""How a list says what it is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format
from django_filters import FilterSet

from customers.filters import KeptInput

register = template.Library()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One filter that has no field on the page: what it asks, and the address without it."""

    label: str
    value: str
    without: str


@register.simple_tag
def narrowings(narrowed: FilterSet) -> list[Narrowing]:
    """The filters in force that the form holds in hidden fields, such as a link has set."""
    if not narrowed.form.is_bound:
        return []
    asked = narrowed.form.cleaned_data if narrowed.form.is_valid() else {}
    return [
        Narrowing(
            str(field.label), _in_words(field.field, asked[field.name]), _without(narrowed, field)
        )
        for field in narrowed.form.hidden_fields()
        if asked.get(field.name) not in (None, "") and not isinstance(field.field.widget, KeptInput)
    ]


def _in_words(field: Any, value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    return str(dict(getattr(field, "choices", ())).get(value, value)) if _few(field) else str(value)


def _few(field: Any) -> bool:
    """Whether the field has a handful of choices, and not the rows of a table."""
    return hasattr(field, "choices") and not hasattr(field, "queryset")


def _without(narrowed: FilterSet, field: Any) -> str:
    query = narrowed.data.copy()
    query.pop(field.html_name, None)
    query.pop("page", None)
    return f"?{query.urlencode()}"


FIRST_FILTERS = ("segment", "rfm_class", "feeling", "country", "tag", "sort")


@register.simple_tag
def folded(narrowed: FilterSet) -> dict[str, Any]:
    """The fields of the filters of customers: the first ones, and more of them that are
    folded away unless one of them is in force.
    """
    fields = [field for field in narrowed.form.visible_fields() if field.name != "q"]
    more = [field for field in fields if field.name not in FIRST_FILTERS]
    return {
        "first": [field for field in fields if field.name in FIRST_FILTERS],
        "more": more,
        "is_open": any(narrowed.data.get(field.html_name) for field in more),
    }
