"""A plot as a table, for those who cannot see it and those who want the numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

from customers.insight.units import grouped
from customers.plots.specs import Plot

MOST_ROWS = 120
IS_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in words, with where it leads to."""

    text: str
    is_number: bool
    address: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; `more` rows are left to the export."""

    headings: list[str]
    rows: list[list[Cell]]
    more: int


def table_of(plot: Plot) -> Table | None:
    """The columns of the plot that have a heading; None where none has."""
    if not plot.columns or not plot.rows:
        return None
    rows = [_cells(row, list(plot.columns)) for row in plot.rows[:MOST_ROWS]]
    return Table(list(plot.columns.values()), rows, max(0, len(plot.rows) - MOST_ROWS))


def _cells(row: dict[str, Any], names: list[str]) -> list[Cell]:
    """The first column leads to the rows behind the mark."""
    cells = [
        Cell(in_words(row.get(name)), isinstance(row.get(name), int | float)) for name in names
    ]
    first = cells[0]
    return [Cell(first.text, first.is_number, row.get("url") or ""), *cells[1:]]


def in_words(value: Any) -> str:
    """A value of a row: days and numbers as the reader's language writes them."""
    for kind, written in _WRITTEN:
        if isinstance(value, kind):
            return written(value)
    return str(value)


def _text(value: str) -> str:
    if not IS_DAY.fullmatch(value):
        return value
    return date_format(date.fromisoformat(value[:10]), "DATE_FORMAT")


def _fraction(value: float) -> str:
    return grouped(value, 0 if abs(value) >= 1000 else 2)


_WRITTEN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda _: "–"),
    (bool, str),
    (int, lambda value: grouped(value, 0)),
    (float, _fraction),
    (str, _text),
)
