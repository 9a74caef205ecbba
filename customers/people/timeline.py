"""One timeline of a customer: what they bought and said, and what was noted, done and decided.

Each source reads its own index, no more rows than a page holds, and the sources are merged
here; so a page costs the same however long a customer's history is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext_lazy as _

from customers.journal.told import told
from customers.models import (
    Correction,
    Customer,
    CustomerNote,
    JournalEntry,
    Message,
    Order,
    Review,
    RfmChange,
    Segment,
    Task,
    Ticket,
)

PAGE_ITEMS = 20


@dataclass(frozen=True, slots=True)
class Item:
    """Something that happened: `kind` is one of `KINDS`, `row` the record behind it."""

    at: datetime
    kind: str
    row: Any

    @property
    def cursor(self) -> str:
        """What asks for the items before this one."""
        return f"{self.at.isoformat()}~{self.kind}~{self.row.pk}"


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of item: its rows of a customer, and the column that says when."""

    label: Any
    at: str
    rows: Callable[[Customer, Any], QuerySet[Any]]


def _orders(customer: Customer, user: Any) -> QuerySet[Any]:
    return Order.objects.visible_to(user).filter(customer=customer)


def _tickets(customer: Customer, user: Any) -> QuerySet[Any]:
    rows = Ticket.objects.visible_to(user).filter(customer=customer).select_related("rating")
    return rows.select_related("intent", "suggested_intent").defer("search")


def _messages(customer: Customer, user: Any) -> QuerySet[Any]:
    # the opening message is told by the ticket
    rows = Message.objects.visible_to(user).filter(ticket__customer=customer)
    rows = rows.exclude(sent_at=F("ticket__opened_at"))
    return rows.select_related("ticket", "author").defer("ticket__search")


def _reviews(customer: Customer, user: Any) -> QuerySet[Any]:
    rows = Review.objects.visible_to(user).filter(customer=customer)
    return rows.select_related("product").defer("product__search")


def _notes(customer: Customer, user: Any) -> QuerySet[Any]:
    return CustomerNote.objects.visible_to(user).filter(customer=customer).select_related("by")


def _tasks(customer: Customer, user: Any) -> QuerySet[Any]:
    rows = Task.objects.visible_to(user).filter(customer=customer)
    return rows.select_related("assignee", "created_by")


def _classes(customer: Customer, _user: Any) -> QuerySet[Any]:
    return RfmChange.objects.filter(customer=customer)


def _segments(customer: Customer, user: Any) -> QuerySet[Any]:
    rows = Correction.objects.visible_to(user).filter(customer=customer)
    return rows.select_related("by")


def _edits(customer: Customer, user: Any) -> QuerySet[Any]:
    rows = JournalEntry.objects.visible_to(user).about(customer)
    return rows.select_related("by")


# The order decides between items of one moment.
KINDS: Mapping[str, Source] = {
    "orders": Source(_("Orders"), "placed_at", _orders),
    "tickets": Source(_("Tickets"), "opened_at", _tickets),
    "messages": Source(_("Messages"), "sent_at", _messages),
    "reviews": Source(_("Reviews"), "written_at", _reviews),
    "notes": Source(_("Notes"), "written_at", _notes),
    "tasks": Source(_("Tasks"), "created_at", _tasks),
    "classes": Source(_("RFM class"), "changed_at", _classes),
    "segments": Source(_("Segment"), "said_at", _segments),
    "edits": Source(_("Edits"), "happened_at", _edits),
}
RANK = {kind: rank for rank, kind in enumerate(KINDS)}


def timeline(
    customer: Customer, user: Any, *, kind: str = "", before: str = ""
) -> tuple[list[Item], str]:
    """The latest items (of one kind, or all), or those before a cursor; and the cursor of the
    next page, "" where there are no more.
    """
    cursor = _read(before)
    chosen = [kind] if kind in KINDS else list(KINDS)
    found = [item for one in chosen for item in _of_kind(one, customer, user, cursor)]
    found.sort(key=_place, reverse=True)
    items = found[:PAGE_ITEMS]
    _tell(items)
    return items, items[-1].cursor if len(found) > PAGE_ITEMS else ""


def _of_kind(
    kind: str, customer: Customer, user: Any, cursor: tuple[datetime, int, int] | None
) -> list[Item]:
    source = KINDS[kind]
    rows = source.rows(customer, user)
    if cursor:
        rows = rows.filter(_older(source.at, RANK[kind], *cursor))
    rows = rows.order_by(f"-{source.at}", "-id")[: PAGE_ITEMS + 1]
    return [Item(getattr(row, source.at), kind, row) for row in rows]


def _place(item: Item) -> tuple[datetime, int, int]:
    return item.at, RANK[item.kind], item.row.pk


def _older(column: str, rank: int, at: datetime, at_rank: int, at_pk: int) -> Q:
    """The condition that an item of this rank stands before the cursor."""
    if rank < at_rank:
        return Q(**{f"{column}__lte": at})
    before = Q(**{f"{column}__lt": at})
    if rank == at_rank:
        # the outer bound is what the index is read by
        same = Q(**{f"{column}": at, "pk__lt": at_pk})
        return Q(**{f"{column}__lte": at}) & (before | same)
    return before


def _read(cursor: str) -> tuple[datetime, int, int] | None:
    """The place that a cursor means; None for one that makes no sense."""
    at, kind, pk = [*cursor.split("~"), "", ""][:3]
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    if moment is None or not is_aware(moment) or kind not in RANK:
        return None
    return (moment, RANK[kind], int(pk)) if pk.isdecimal() and len(pk) < 19 else None


def _tell(items: list[Item]) -> None:
    """Give the rows what their words need, a query each for all of them."""
    edits = [item.row for item in items if item.kind == "edits"]
    for pk, words in told(edits).items():
        next(row for row in edits if row.pk == pk).words = words
    segments = [item.row for item in items if item.kind == "segments"]
    if segments:
        names = {segment.pk: str(segment) for segment in Segment.objects.all()}
        for row in segments:
            row.label_name = names.get(row.label, row.label)
            row.said_name = names.get(row.said_label, row.said_label)
