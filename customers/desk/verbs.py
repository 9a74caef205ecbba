"""What staff may change about tickets, one function a column, and `change` that does several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from customers.desk.acting import acting
from customers.models import Intent, JournalEntry, Order, Team, Ticket, User

MOST_TAGS = 20
SOLVED = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)


def change(
    pks: Iterable[int],
    wanted: Mapping[str, Any],
    *,
    by: User,
    versions: Mapping[int, int] | None = None,
    note: str = "",
) -> JournalEntry:
    """Set what is wanted, by the names of `VERBS`, on these tickets: one act, one entry (without
    a key when all was so already). Raises `Stale` as `acting` does.
    """
    keys = list(pks)
    kind = JournalEntry.Kind.BULK_EDITED if len(keys) > 1 else JournalEntry.Kind.EDITED
    with acting(keys, by=by, kind=kind, note=note, versions=versions) as act:
        for ticket in act.tickets:
            apply(ticket, wanted, by=by)
    return act.entry


def apply(ticket: Ticket, wanted: Mapping[str, Any], *, by: User) -> None:
    """Set what is wanted on a ticket of an act that goes on; what is so already stays."""
    for name, value in wanted.items():
        VERBS[name](ticket, value, by)


def set_status(ticket: Ticket, status: str, _by: User | None) -> None:
    """Move it to another status; what is solved sleeps no more."""
    if ticket.status == status:
        return
    ticket.set_status(status)
    if status in SOLVED and ticket.snoozed_until_at:
        save_columns(ticket, snoozed_until_at=None)


def set_priority(ticket: Ticket, priority: str, by: User) -> None:
    """Decide how soon it wants an answer."""
    if (ticket.priority, ticket.priority_set_by_id) != (priority, by.pk):
        ticket.set_priority(priority, by=by)


def set_intent(ticket: Ticket, intent: Intent | None, by: User) -> None:
    """Decide what the customer wants; None takes the decision back."""
    decided = (ticket.intent_id, ticket.intent_set_automatically)
    if decided != (intent.pk if intent else None, False):
        ticket.set_intent(intent, by=by)


def set_assignee(ticket: Ticket, assignee: User | None, _by: User) -> None:
    """Give it to somebody, or to nobody."""
    save_columns(ticket, assignee=assignee)


def set_team(ticket: Ticket, team: Team | None, _by: User) -> None:
    """Put it into a team's queue."""
    save_columns(ticket, team=team)


def set_kind(ticket: Ticket, kind: str, _by: User) -> None:
    """Say what type of ticket it is."""
    save_columns(ticket, kind=kind)


def set_order(ticket: Ticket, order: Order | None, _by: User) -> None:
    """Say which order it is about."""
    if ticket.order_id != (order.pk if order else None):
        ticket.set_order(order)


def set_tags(ticket: Ticket, tags: Iterable[str], _by: User) -> None:
    """Give it these tags and no others."""
    save_columns(ticket, tags=cleaned_tags(tags))


def add_tags(ticket: Ticket, tags: Iterable[str], by: User) -> None:
    """Give it these tags beside those that it has."""
    set_tags(ticket, [*ticket.tags, *tags], by)


def remove_tags(ticket: Ticket, tags: Iterable[str], by: User) -> None:
    """Take these tags away."""
    gone = set(cleaned_tags(tags))
    set_tags(ticket, [tag for tag in ticket.tags if tag not in gone], by)


def snooze(ticket: Ticket, until: datetime | None, _by: User) -> None:
    """Leave it out of the queues until then, or until the customer writes; None wakes it."""
    save_columns(ticket, snoozed_until_at=until)


def watch(ticket: Ticket, is_watched: bool, by: User) -> None:
    """Follow it in one's own queue, or no more."""
    if is_watched:
        ticket.watchers.add(by)
    else:
        ticket.watchers.remove(by)


def cleaned_tags(tags: Iterable[str]) -> list[str]:
    """Tags in small letters, without spaces around them, each once, sorted."""
    said = (" ".join(tag.lower().split())[:40] for tag in tags)
    return sorted({tag for tag in said if tag})[:MOST_TAGS]


VERBS: dict[str, Callable[[Ticket, Any, Any], None]] = {
    "status": set_status,
    "priority": set_priority,
    "intent": set_intent,
    "assignee": set_assignee,
    "team": set_team,
    "kind": set_kind,
    "order": set_order,
    "tags": set_tags,
    "add_tags": add_tags,
    "remove_tags": remove_tags,
    "snooze": snooze,
    "watch": watch,
}


def save_columns(ticket: Ticket, **columns: Any) -> None:
    """Write the ticket's columns that differ."""
    differ = {name: value for name, value in columns.items() if getattr(ticket, name) != value}
    for name, value in differ.items():
        setattr(ticket, name, value)
    if differ:
        ticket.save(update_fields=[*differ, "updated_at"])
