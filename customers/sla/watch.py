"""The watch over the clocks: warns before something is late, and says that it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.locks import held_until_commit
from customers.models import Notice, Team, Ticket, TicketSla

WATCH_LOCK = 7_310_061
MOST_ROWS = 500


def watch(now: datetime | None = None) -> tuple[int, int]:
    """Warn of what is due soon and mark what is late; how many of each. One process at a time,
    another one does nothing.
    """
    at = now or timezone.now()
    with transaction.atomic():
        if not held_until_commit(WATCH_LOCK):
            return 0, 0
        late = _mark_late(at)
        return _warn(at), late


def _mark_late(now: datetime) -> int:
    rows = TicketSla.objects.select_for_update(of=("self",)).select_related("ticket")
    rows = rows.filter(_newly_late(now), next_due_at__lt=now).order_by("next_due_at")
    late = list(rows.defer("ticket__search")[:MOST_ROWS])
    for clock in late:
        _judge(clock, now)
    flags = ["first_response_breached", "resolution_breached", "warned_at"]
    TicketSla.objects.bulk_update(late, flags)
    tell([clock.ticket for clock in late], Notice.Kind.BREACHED)
    return len(late)


def _newly_late(now: datetime) -> Q:
    unanswered = Q(first_responded_at=None, first_response_breached=False)
    unsolved = Q(paused_at=None, resolved_at=None, resolution_breached=False)
    return (unanswered & Q(first_response_due_at__lt=now)) | (
        unsolved & Q(resolution_due_at__lt=now)
    )


def _judge(clock: TicketSla, now: datetime) -> None:
    if clock.first_responded_at is None and clock.first_response_due_at is not None:
        clock.first_response_breached |= clock.first_response_due_at < now
    if clock.paused_at is None and clock.resolution_due_at is not None:
        clock.resolution_breached |= clock.resolution_due_at < now
    clock.warned_at = clock.warned_at or now  # a warning would come too late


def _warn(now: datetime) -> int:
    rows = TicketSla.objects.select_for_update(of=("self",)).select_related("ticket")
    rows = rows.filter(warn_at__lte=now, warned_at__isnull=True).order_by("warn_at")
    soon = list(rows.defer("ticket__search")[:MOST_ROWS])
    for clock in soon:
        clock.warned_at = now
    TicketSla.objects.bulk_update(soon, ["warned_at"])
    # one that a change made late at once was never soon
    late = [clock for clock in soon if clock.is_late(now)]
    tell([clock.ticket for clock in late], Notice.Kind.BREACHED)
    tell([clock.ticket for clock in soon if clock not in late], Notice.Kind.DUE_SOON)
    return len(soon)


def tell(tickets: Iterable[Ticket], kind: str, text: str = "") -> None:
    """Give notice of tickets to their assignees; of those without one to the team."""
    rows = list(tickets)
    members = _members({ticket.team_id for ticket in rows if ticket.assignee_id is None})
    notices = [
        Notice(user_id=user, ticket=ticket, kind=kind, text=text)
        for ticket in rows
        for user in ([ticket.assignee_id] if ticket.assignee_id else members[ticket.team_id])
    ]
    Notice.objects.bulk_create(notices)


def _members(teams: set[int | None]) -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = {team: [] for team in teams}
    through: Any = Team.members.through
    rows = through.objects.filter(team__in=teams - {None}, user__is_active=True)
    for team, user in rows.order_by("pk").values_list("team", "user"):
        found[team].append(user)
    return found
