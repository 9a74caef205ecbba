"""The rows of a journal entry, a page at a time, as people read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from customers.journal.columns import model_called
from customers.journal.told import UNTOLD, column_name, field_of, noun, reason
from customers.models import JournalChange, JournalEntry
from customers.models.hidden import HidesFields, hidden_now
from customers.sql import rows_of

SIZES_SQL = """
SELECT id, cardinality(pks) FROM customers_journalchange WHERE entry_id = %s ORDER BY id
"""
PAGES = {  # the page of a record, where it is not called as its model
    "customers.message": "ticket",
}
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """One column, before and after, as text; None where there was no row."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an act did to one row: `sort` is made, changed or deleted."""

    noun: str
    name: str
    address: str
    sort: str
    columns: list[ColumnChange] = field(default_factory=list)


class EntryRows(Sequence[RowChange]):
    """All rows of an entry; only those that are looked at are read."""

    def __init__(self, entry: JournalEntry) -> None:
        self.sizes: list[tuple[Any, ...]] = rows_of(SIZES_SQL, [entry.pk])
        self.total = sum(size for _pk, size in self.sizes)

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, asked: Any) -> Any:
        """The rows of a slice, or one row."""
        if isinstance(asked, int):
            return self[asked : asked + 1][0]
        start, stop, _step = asked.indices(self.total)
        return shown(list(self._read(start, stop)))

    def _read(self, start: int, stop: int) -> Iterable[tuple[str, int, Any, Any]]:
        at = 0
        for pk, size in self.sizes:
            if at < stop and at + size > start:
                change = JournalChange.objects.get(pk=pk)
                rows = change.rows()[max(0, start - at) : stop - at]
                yield from ((change.model, *row) for row in rows)
            at += size


def shown(rows: Sequence[tuple[str, int, Any, Any]]) -> list[RowChange]:
    """These rows (model, key, columns before, columns after) as people read them."""
    names = _names({(model, pk) for model, pk, _before, _after in rows} | set(_leads(rows)))
    return [
        RowChange(
            noun=noun(model),
            name=names.get((model, pk)) or f"#{pk}",
            address=address_of(model, pk) if (model, pk) in names else "",
            sort="made" if before is None else "deleted" if after is None else "changed",
            columns=_columns(model, before, after, names),
        )
        for model, pk, before, after in rows
    ]


def left_rows(entry: JournalEntry) -> list[tuple[RowChange, str]]:
    """The rows that an undo left as they are, each with the reason."""
    rows = shown([(one["model"], one["pk"], {}, {}) for one in entry.left])
    return [(row, reason(one["reason"])) for row, one in zip(rows, entry.left, strict=True)]


def address_of(model: str, pk: int) -> str:
    """The page of a record, "" where there is none."""
    try:
        return reverse(PAGES.get(model, model.rpartition(".")[2]), args=[pk])
    except NoReverseMatch:
        return ""


def _leads(rows: Iterable[tuple[str, int, Any, Any]]) -> Iterable[Key]:
    """The rows of other models that columns lead to."""
    for model, _pk, before, after in rows:
        for columns in (before or {}, after or {}):
            for column, value in columns.items():
                found = field_of(model, column)
                if value is not None and isinstance(found, models.ForeignKey):
                    yield found.related_model._meta.label_lower, value


def _names(keys: Iterable[Key]) -> dict[Key, str]:
    """What these rows are called; one query a model, none for rows that are gone."""
    by_model: dict[str, set[Any]] = defaultdict(set)
    for model, pk in keys:
        by_model[model].add(pk)
    found: dict[Key, str] = {}
    for model, pks in by_model.items():
        try:
            rows = model_called(model)._base_manager.filter(pk__in=pks)
        except LookupError:
            continue
        has_search = any(known.name == "search" for known in rows.model._meta.concrete_fields)
        rows = rows.defer("search") if has_search else rows
        found |= {(model, row.pk): str(row) for row in rows}
    return found


def _columns(model: str, before: Any, after: Any, names: dict[Key, str]) -> list[ColumnChange]:
    known = {**(before or {}), **(after or {})}
    hidden = _hidden(model, known)

    def said(name: str, columns: dict[str, Any] | None) -> str | None:
        if columns is None:
            return None
        return _("not shown") if name in hidden else _text(model, name, columns.get(name), names)

    return [
        ColumnChange(column_name(model, name), said(name, before), said(name, after))
        for name in known
        if name not in UNTOLD
    ]


def _hidden(model: str, columns: dict[str, Any]) -> set[str]:
    """The columns that whoever asks is not shown."""
    try:
        called = model_called(model)
    except LookupError:
        return set()
    if not issubclass(called, HidesFields):
        return set()
    fields = {field.attname for field in called._meta.concrete_fields}
    row = called(**{name: value for name, value in columns.items() if name in fields})
    return row.hides(hidden_now())


def _text(model: str, column: str, value: Any, names: dict[Key, str]) -> str:
    found = field_of(model, column)
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(found, models.ForeignKey):
        return names.get((found.related_model._meta.label_lower, value)) or f"#{value}"
    if isinstance(found, models.DateTimeField):
        at = parse_datetime(value)
        return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else value
    if choices := getattr(found, "flatchoices", None):
        return str(dict(choices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(said)}" for name, said in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return str(localize(value))
