"""What differs between two versions of an article, in words that people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

from customers.models.article import VERSIONED, ArticleText, ArticleVersion
from customers.text_diff import Line, text_diff


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column other than the text, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version changed of another: columns, and lines of the text."""

    columns: list[ColumnChange]
    lines: list[Line]


def difference(before: ArticleText | None, after: ArticleText) -> Difference:
    """From one version to the next; a first version has nothing before it."""
    earlier = before or ArticleVersion(language="", status="", visibility="")
    columns = [
        ColumnChange(
            str(ArticleVersion._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            _shown(earlier, name),
            _shown(after, name),
        )
        for name in VERSIONED
        if name != "body" and getattr(earlier, name) != getattr(after, name)
    ]
    return Difference(columns, text_diff(earlier.body, after.body))


def _shown(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display else value or "")
