"""The clocks of tickets, kept as the tickets are now.

`follow` is the one function that does it, and is called wherever a ticket changes or an agent
replies (`customers.sla.receivers`). It computes all that stands on a clock from the ticket, its
policy, and the pauses so far; to call it once more changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone

from customers.models import SlaPolicy, Ticket, TicketSla
from customers.rules.matching import meets, ticket_vocabulary
from customers.sla.hours import Calendar, NeverOpen

DONE = (Ticket.Status.SOLVED, Ticket.Status.CLOSED)
COLUMNS = ("pk", "status", "opened_at", "first_replied_at", "solved_at", "merged_into")
CHUNK = 500


def follow(pks: Iterable[int], now: datetime | None = None) -> None:
    """Bring the clocks of these tickets up to date."""
    keys = sorted(set(pks))
    at = now or timezone.now()
    policies = list(SlaPolicy.objects.in_force())
    for start in range(0, len(keys), CHUNK):
        with transaction.atomic():
            _follow(keys[start : start + CHUNK], policies, at)


def calendar_of(policy: SlaPolicy) -> Calendar:
    """The time that a policy counts in."""
    return policy.hours.calendar if policy.hours else Calendar.always()


def _follow(keys: list[int], policies: Sequence[SlaPolicy], now: datetime) -> None:
    found = TicketSla.objects.filter(pk__in=keys)
    if not policies and not found.exists():
        return
    by_key = {policy.pk: policy for policy in policies}
    tickets = _tickets(keys, policies, now)
    clocks = {clock.ticket_id: clock for clock in found.select_for_update(of=("self",))}
    for ticket, policy_pk in tickets:
        clock = clocks.get(ticket.pk)
        policy = by_key.get(policy_pk) if policy_pk else None
        if policy is None:
            if clock is not None:
                clock.delete()
            continue
        if clock is None:
            clock = TicketSla(ticket=ticket, policy=policy)
        _set(clock, ticket, policy, now)
        clock.save()


def _tickets(
    keys: list[int], policies: Sequence[SlaPolicy], now: datetime
) -> list[tuple[Ticket, int | None]]:
    """The tickets, each with the key of the first policy that it meets."""
    vocabulary = ticket_vocabulary()
    whens: list[Any] = [
        When(
            meets(policy.conditions, now, vocabulary),
            opened_at__gte=policy.applies_from_at,
            then=Value(policy.pk),
        )
        for policy in policies
    ]
    chosen = Case(*whens, default=Value(None), output_field=IntegerField())
    # each locked, so that two who follow one ticket do not both start its clock
    locked = Ticket.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    rows = locked.filter(pk__in=keys).only(*COLUMNS).annotate(met_policy=chosen)
    return [(row, row.met_policy) for row in rows]


def _set(clock: TicketSla, ticket: Ticket, policy: SlaPolicy, now: datetime) -> None:
    calendar = calendar_of(policy)
    if clock.policy_id != policy.pk:  # another promise: what was late by the old one is not
        clock.policy = policy
        clock.first_response_breached = clock.resolution_breached = False
    _pause_or_go_on(clock, ticket, calendar, now)
    clock.first_responded_at = ticket.first_replied_at
    clock.resolved_at = (ticket.solved_at or now) if ticket.status in DONE else None
    clock.first_response_due_at = _due(calendar, ticket, policy.first_response_minutes)
    clock.resolution_due_at = _due(
        calendar, ticket, policy.resolution_minutes, clock.paused_minutes
    )
    _judge(clock, now)
    _look_ahead(clock, policy)


def _pause_or_go_on(clock: TicketSla, ticket: Ticket, calendar: Calendar, now: datetime) -> None:
    """The clock to the solution stands while it is not our turn."""
    is_ours = ticket.status == Ticket.Status.OPEN
    if is_ours and clock.paused_at is not None:
        clock.paused_minutes += calendar.minutes_between(clock.paused_at, now)
        clock.paused_at = None
    elif not is_ours and clock.paused_at is None:
        clock.paused_at = now


def _due(
    calendar: Calendar, ticket: Ticket, minutes: int | None, paused: float = 0
) -> datetime | None:
    if minutes is None:
        return None
    try:
        return calendar.add(ticket.opened_at, minutes + paused)
    except NeverOpen:
        return None


def _judge(clock: TicketSla, now: datetime) -> None:
    """What was missed stays missed. A clock that stands is judged by when it stopped, and a
    ticket that was solved or merged away unanswered owes no first reply any more.
    """
    answered_at = clock.first_responded_at or clock.resolved_at or now
    stopped_at = min(clock.paused_at or now, clock.resolved_at or now)
    clock.first_response_breached |= _is_after(answered_at, clock.first_response_due_at)
    clock.resolution_breached |= _is_after(stopped_at, clock.resolution_due_at)


def _is_after(at: datetime, due_at: datetime | None) -> bool:
    return due_at is not None and at > due_at


def _look_ahead(clock: TicketSla, policy: SlaPolicy) -> None:
    """What is due next, and when to warn of it."""
    waits = []
    if clock.resolved_at is None:
        if clock.first_responded_at is None:
            waits.append(clock.first_response_due_at)
        if clock.paused_at is None:
            waits.append(clock.resolution_due_at)
    due = min((at for at in waits if at is not None), default=None)
    if due != clock.next_due_at:
        clock.next_due_at, clock.warned_at = due, None
    clock.warn_at = due - timedelta(minutes=policy.warning_minutes) if due else None
