"""When tickets were first answered and solved, and how much working time that took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from customers.models import Message, Ticket
from customers.rules.working_time import shop_hours
from customers.sla.hours import Calendar

DONE = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)
CHUNK = 2000
UNMEASURED = Q(first_replied_at__isnull=False, first_reply_minutes__isnull=True) | Q(
    solved_at__isnull=False, solve_minutes__isnull=True
)


def note_first_reply(message: Message) -> None:
    """Note the first answer of staff that went to the customer."""
    rows = Ticket.objects.filter(pk=message.ticket_id, first_replied_at__isnull=True)
    if rows.update(first_replied_at=message.sent_at):
        message.ticket.first_replied_at = message.sent_at
        measure([message.ticket_id])


def note_solved(ticket: Ticket) -> None:
    """Note when a ticket was solved, or that it is not any more."""
    rows = Ticket.objects.filter(pk=ticket.pk)
    if ticket.status in DONE:
        ticket.solved_at = ticket.solved_at or timezone.now()
        rows.filter(solved_at__isnull=True).update(solved_at=ticket.solved_at)
        measure([ticket.pk])
    else:
        ticket.solved_at = None
        noted = Q(solved_at__isnull=False) | Q(solve_minutes__isnull=False)
        rows.filter(noted).update(solved_at=None, solve_minutes=None)


def note_bulk(pks: Iterable[int]) -> None:
    """The same for rows whose status was set without saving each."""
    rows = Ticket.objects.filter(pk__in=list(pks))
    rows.filter(status__in=DONE, solved_at__isnull=True).update(solved_at=timezone.now())
    undone = rows.exclude(status__in=DONE).filter(solved_at__isnull=False)
    undone.update(solved_at=None, solve_minutes=None)
    rows.filter(solved_at__isnull=True, solve_minutes__isnull=False).update(solve_minutes=None)


def measure(pks: Iterable[int]) -> None:
    """Count the working minutes of what was answered or solved and is not measured yet."""
    _measure(Ticket.objects.filter(UNMEASURED, pk__in=list(pks)))


def measure_the_rest(most: int = 10 * CHUNK) -> int:
    """The same for whatever is not measured, such as imported tickets; how many were."""
    done = 0
    while done < most:
        rows = Ticket.objects.filter(UNMEASURED).order_by("pk")
        now = _measure(rows[:CHUNK])
        done += now
        if now < CHUNK:
            break
    return done


def _measure(rows: Any) -> int:
    wanted = ("pk", "opened_at", "first_replied_at", "solved_at")
    tickets = list(rows.only(*wanted))
    if not tickets:
        return 0
    hours = shop_hours()
    calendar = hours.calendar if hours else Calendar.always()
    for ticket in tickets:
        ticket.first_reply_minutes = _minutes(calendar, ticket, ticket.first_replied_at)
        ticket.solve_minutes = _minutes(calendar, ticket, ticket.solved_at)
    Ticket.objects.bulk_update(tickets, ["first_reply_minutes", "solve_minutes"])
    return len(tickets)


def _minutes(calendar: Calendar, ticket: Ticket, until: Any) -> float | None:
    return calendar.minutes_between(ticket.opened_at, until) if until else None
