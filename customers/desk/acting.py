"""One act of staff on tickets: locked, journalled as one entry, and refused when it is stale.

    with acting([ticket.pk], by=user, versions={ticket.pk: 3}) as act:
        act.tickets[0].set_status("solved")

Whoever changes tickets says which version they saw. When somebody changed one since, nothing is
written and `Stale` tells what they did; so nobody's decision is overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import F

from customers.journal.columns import columns_of, kept_fields
from customers.journal.recording import Journal, recorded
from customers.models import AutomaticLabel, Correction, JournalEntry, Ticket, User

# What staff decide about a ticket; what models read in it and what follows messages is no
# business of theirs.
COLUMNS = (
    *("subject", "customer", "order", "status", "priority", "channel", "assignee", "team"),
    *("kind", "tags", "snoozed_until_at", "merged_into", "first_replied_at", "solved_at"),
    *("intent", "intent_set_by", "intent_set_at", "intent_set_automatically"),
    *("priority_set_by", "priority_set_at", "priority_set_automatically", "noted"),
)


@dataclass(slots=True)
class Stale(Exception):
    """Tickets were changed since they were shown: by key, the version that was shown (0 where
    none was given).
    """

    shown: dict[int, int]


@dataclass(slots=True)
class Act:
    """An act that goes on: its locked tickets, in the order of their keys, and its journal."""

    journal: Journal
    tickets: list[Ticket]
    touched: set[int] = field(default_factory=set)
    edited: set[int] = field(default_factory=set)

    @property
    def entry(self) -> JournalEntry:
        """The entry of the journal; without a key once the act turned out to change nothing."""
        return self.journal.entry

    def touch(self, ticket: Ticket) -> None:
        """Say that a ticket is changed although none of its own columns are."""
        self.touched.add(ticket.pk)


@contextmanager
def acting(
    pks: Iterable[int],
    *,
    by: User | None,
    kind: str = JournalEntry.Kind.EDITED,
    note: str = "",
    versions: Mapping[int, int] | None = None,
) -> Iterator[Act]:
    """The tickets with these keys, locked and as they are now, to be changed in the block.

    Raises `Stale` when one is not at the version given for it. Each that changed gets the next
    version. All of it is one transaction.
    """
    keys = sorted(set(pks))
    with recorded(kind, by=by, note=note) as journal:
        tickets = list(locked(keys))
        if versions is not None:
            refuse_stale(tickets, versions)
        act = Act(journal, tickets)
        with _watched(act, keys):
            yield act
        _name_the_untold(journal, act)
        Ticket.objects.filter(pk__in=act.touched).update(version=F("version") + 1)
        for ticket in tickets:
            ticket.version += ticket.pk in act.touched


def locked(pks: Iterable[int]) -> models.QuerySet[Ticket]:
    """These tickets, each locked, in the order of their keys so that two acts never deadlock."""
    rows = Ticket.objects.filter(pk__in=pks).order_by("pk").defer("search")
    return rows.select_for_update(of=("self",), no_key=True)


def refuse_stale(tickets: Iterable[Ticket], versions: Mapping[int, int]) -> None:
    """Raise `Stale` for those that are not at the version that was shown."""
    behind = {
        ticket.pk: versions[ticket.pk]
        for ticket in tickets
        if versions.get(ticket.pk, ticket.version) != ticket.version
    }
    if behind:
        raise Stale(behind)


@contextmanager
def _watched(act: Act, keys: list[int]) -> Iterator[None]:
    """Keep what happens to the tickets' own columns and to what stands beside them."""
    journal, beside = act.journal, {"ticket__in": keys}
    with ExitStack() as stack:
        watchers = Ticket.watchers.through._base_manager.filter(**beside)
        watching = stack.enter_context(followed(journal, watchers))
        stack.enter_context(followed(journal, Correction.objects.filter(**beside)))
        stack.enter_context(followed(journal, AutomaticLabel.objects.filter(**beside)))
        own = Ticket.objects.filter(pk__in=keys)
        changed = stack.enter_context(followed(journal, own, *COLUMNS))
        yield
    act.edited.update(row.pk for row in changed)
    act.touched.update(act.edited, (row.ticket_id for row in watching))


def _name_the_untold(journal: Journal, act: Act) -> None:
    """Tickets that are touched in what stands beside them are named in the entry too."""
    rows = [ticket for ticket in act.tickets if ticket.pk in act.touched - act.edited]
    same = [{"merged_into_id": ticket.merged_into_id} for ticket in rows]
    journal.keep(Ticket, [(row.pk, was, was) for row, was in zip(rows, same, strict=True)])


@contextmanager
def followed(journal: Journal, rows: Any, *names: str) -> Iterator[list[Any]]:
    """Keep which of these rows are edited, come or go in the block; those are given."""
    fields = kept_fields(rows.model, names)
    found: list[Any] = []
    before = {row.pk: row for row in rows.all()}
    yield found
    after = {row.pk: row for row in rows.all()}
    kept: list[Any] = []
    for pk in sorted(before.keys() | after.keys()):
        row = after.get(pk) or before[pk]
        was, now = (
            columns_of(side[pk], fields) if pk in side else None for side in (before, after)
        )
        if was == now:
            continue
        found.append(row)
        if was is None or now is None:
            kept.append((pk, was, now and {}))
            continue
        differ = [name for name in was if was[name] != now[name]]
        kept.append(
            (pk, {name: was[name] for name in differ}, {name: now[name] for name in differ})
        )
    if kept:
        journal.keep(rows.model, kept)
