"""What a check shows of what an import would do: some new rows, changes and refused rows.

The changes are read from the journal that the import would leave, before it is rolled back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from customers.imports.format import STAGE, Format
from customers.journal.columns import model_called
from customers.models import JournalEntry, RefusedRow

NEW_ROWS, CHANGES, REFUSED = 5, 10, 20
MOST_TEXT = 120


@dataclass(slots=True)
class Samples:
    """Examples of each kind, as JSON-ready data."""

    new_rows: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    @property
    def wants_changes(self) -> bool:
        """Whether more examples of changes are wanted."""
        return len(self.changes) < CHANGES

    def take(
        self, cursor: Any, kind: Format, entry: JournalEntry | None, refused: list[RefusedRow]
    ) -> None:
        """Take examples of a chunk that was merged and will be rolled back."""
        self._take_new(cursor, kind)
        if entry is not None:
            self._take_changes(entry)
        for row in refused[: REFUSED - len(self.refused)]:
            told = {"number": row.number, "column": row.column, "reason": row.reason}
            self.refused.append({**told, "cells": row.cells})

    def as_json(self) -> dict[str, Any]:
        """What is kept on the import's row."""
        return {"new_rows": self.new_rows, "changes": self.changes, "refused": self.refused}

    def _take_new(self, cursor: Any, kind: Format) -> None:
        names = list(kind.staged)
        cursor.execute(
            f"SELECT row_number, {', '.join(names)} FROM {STAGE} "  # noqa: S608
            "WHERE state = 'created' ORDER BY row_number LIMIT %s",
            [NEW_ROWS - len(self.new_rows)],
        )
        for number, *values in cursor.fetchall():
            cells: dict[str, str] = {}
            for name, value in zip(names, values, strict=True):
                cells |= _cells(name, json.loads(value) if kind.staged[name] == "jsonb" else value)
            self.new_rows.append({"number": number, "cells": cells})

    def _take_changes(self, entry: JournalEntry) -> None:
        for change in entry.changes.order_by("pk"):
            model = model_called(change.model)
            edited = [row for row in change.rows() if row[1] is not None and row[2] is not None]
            edited = edited[: CHANGES - len(self.changes)]
            records = model._base_manager.in_bulk([pk for pk, *_ in edited])
            for pk, before, after in edited:
                self.changes.append(_change(records[pk], before or {}, after or {}))
            if not self.wants_changes:
                return


def _change(record: Model, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    fields: list[dict[str, str]] = []
    for name, value in before.items():
        was, becomes = _cells(name, value), _cells(name, after.get(name))
        fields += [
            {"name": one, "before": was.get(one, ""), "after": becomes.get(one, "")}
            for one in dict.fromkeys((*was, *becomes))
            if was.get(one) != becomes.get(one)
        ]
    kind = str(record._meta.verbose_name)
    return {"kind": kind, "pk": record.pk, "record": str(record)[:MOST_TEXT], "fields": fields}


def _cells(name: str, value: Any) -> dict[str, str]:
    """A value by the name of its column, "" left out; those of an object each by its own."""
    if isinstance(value, dict):
        own = {f"{name}_{key}": _short(one) for key, one in value.items()}
        return {key: one for key, one in own.items() if one}
    return {name: _short(value)} if value not in (None, "", []) else {}


def _short(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(_of_list(one) for one in value)
    text = "" if value is None else str(value)
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…"


def _of_list(one: Any) -> str:
    """A tag; of a contact what it is; of a message what it says."""
    return str(one.get("value") or one.get("body")) if isinstance(one, dict) else str(one)
