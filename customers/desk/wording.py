"""What was done to a ticket, in words: who changed what, from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from customers.models import JournalEntry, Message, Ticket

# Who decided and when stands beside what was decided.
SILENT = ("intent_set", "priority_set", "first_replied", "solved_at", "updated_at")
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Told:
    """One change: who made it, when, of what, and how that reads before and after."""

    who: str
    at: datetime
    what: str
    before: str
    after: str


def since(ticket: Ticket, shown: int) -> list[Told]:
    """What was done to the ticket since it was at the version that was shown, latest first."""
    behind = max(1, ticket.version - shown) if shown else 0
    entries = JournalEntry.objects.about(ticket).select_related("by").prefetch_related("changes")
    return changes_in_words(entries[:behind], ticket.pk)


def changes_in_words(entries: Iterable[JournalEntry], pk: int) -> list[Told]:
    """The changes of these entries to the columns of one ticket."""
    label = Ticket._meta.label_lower
    found = [
        (entry, name, was.get(name), now.get(name))
        for entry in entries
        for change in entry.changes.all()
        if change.model == label
        for key, was, now in change.rows()
        if key == pk and was and now
        for name in now
        if not name.startswith(SILENT) and was.get(name) != now[name]
    ]
    names = _names((name, value) for _entry, name, *both in found for value in both)
    return [
        Told(
            who=str(entry.by) if entry.by else _("a rule"),
            at=entry.undone_at or entry.happened_at,
            what=str(_field(name).verbose_name),
            before=_in_words(name, now if entry.undone_at else was, names),
            after=_in_words(name, was if entry.undone_at else now, names),
        )
        for entry, name, was, now in found
    ]


def said_since(ticket: Ticket, seen: int) -> list[Message]:
    """What was written in the ticket after the message with the key `seen`."""
    rows = ticket.messages.filter(pk__gt=seen).select_related("author")
    return list(rows.order_by("sent_at", "id"))


def _field(column: str) -> Any:
    return next(field for field in Ticket._meta.concrete_fields if field.attname == column)


def _names(values: Iterable[tuple[str, Any]]) -> dict[tuple[str, Any], str]:
    """What rows are called that columns lead to; one query for each column."""
    keys: dict[str, set[Any]] = {}
    for column, value in values:
        if value is not None and isinstance(_field(column), models.ForeignKey):
            keys.setdefault(column, set()).add(value)
    found: dict[tuple[str, Any], str] = {}
    for column, wanted in keys.items():
        rows = _field(column).related_model._base_manager.in_bulk(wanted)
        found |= {(column, key): str(row) for key, row in rows.items()}
    return found


def _in_words(column: str, value: Any, names: dict[tuple[str, Any], str]) -> str:
    field = _field(column)
    if value in (None, "", [], {}):
        return "–"
    if isinstance(field, models.ForeignKey):
        return names.get((column, value), f"#{value}")
    if isinstance(field, models.DateTimeField):
        at = parse_datetime(str(value))
        return date_format(localtime(at), "DATETIME_FORMAT") if at else str(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))[:LONGEST]
