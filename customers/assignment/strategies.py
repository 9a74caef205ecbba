"""Giving a ticket to one of its team.

Whoever assigns holds the team's row until the transaction ends, so that two at once do not both
see the same agent as the next one, and a limit of open tickets holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, DateTimeField, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from customers.models import AgentProfile, Team, Ticket, User

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the team who is there and may take one more ticket."""

    user: User
    open_count: int
    last_assigned_at: datetime
    intents: frozenset[str]
    languages: frozenset[str]
    tags: frozenset[str]

    @property
    def turn(self) -> tuple[datetime, int]:
        """Whoever got none for the longest time is next."""
        return self.last_assigned_at, self.user.pk


Rank = Callable[[Ticket, Candidate], tuple[Any, ...]]


def _by_turn(_ticket: Ticket, one: Candidate) -> tuple[Any, ...]:
    return one.turn


def _by_load(_ticket: Ticket, one: Candidate) -> tuple[Any, ...]:
    return one.open_count, *one.turn


def _by_skill(ticket: Ticket, one: Candidate) -> tuple[Any, ...]:
    language = ticket.customer.language.lower() if ticket.customer else ""
    spoken = any(language[: len(code)] == code for code in one.languages if code)
    fits = [
        ticket.effective_intent_id in one.intents,
        bool(language) and spoken,
        bool(one.tags & set(ticket.tags)),
    ]
    return -sum(fits), *_by_load(ticket, one)


def _by_intent(ticket: Ticket, one: Candidate) -> tuple[Any, ...]:
    return ticket.effective_intent_id not in one.intents, *_by_load(ticket, one)


STRATEGIES: Mapping[str, tuple[Any, Rank]] = {
    "round_robin": (_("in turn"), _by_turn),
    "least_load": (_("to whoever has the fewest open tickets"), _by_load),
    "skill": (_("by skills: intent, language, tags"), _by_skill),
    "intent": (_("by what the ticket is about"), _by_intent),
}


@transaction.atomic
def assign(ticket: Ticket, strategy: str) -> User | None:
    """Give the ticket to somebody of its team who is there; None where it has no team, or
    nobody can take it. Raises KeyError for a strategy that there is not.
    """
    rank = STRATEGIES[strategy][1]
    team = Team.objects.select_for_update(no_key=True).filter(pk=ticket.team_id or 0).first()
    candidates = _candidates(team, ticket) if team else []
    if not candidates:
        return None
    chosen = min(candidates, key=lambda one: rank(ticket, one)).user
    ticket.assignee = chosen
    ticket.save(update_fields=["assignee", "updated_at"])
    _note_turn(chosen)
    return chosen


def _candidates(team: Team, ticket: Ticket) -> list[Candidate]:
    """Those who may be given it; `ticket` itself is not counted among what they have."""
    own = Ticket.objects.open().exclude(pk=ticket.pk).filter(assignee=OuterRef("pk")).order_by()
    counted = own.values("assignee").annotate(n=Count("pk")).values("n")
    members = team.members.filter(is_active=True).select_related("agent")
    there = members.filter(Q(agent=None) | Q(agent__is_away=False))
    rows: Any = there.annotate(open_count=Coalesce(Subquery(counted), 0)).filter(
        Q(agent=None) | Q(agent__most_open=None) | Q(open_count__lt=F("agent__most_open"))
    )
    return [_candidate(user) for user in rows.prefetch_related("agent__intents")]


def _candidate(user: Any) -> Candidate:
    profile = getattr(user, "agent", None)
    if profile is None:
        return Candidate(user, user.open_count, LONG_AGO, frozenset(), frozenset(), frozenset())
    return Candidate(
        user,
        user.open_count,
        profile.last_assigned_at or LONG_AGO,
        frozenset(intent.pk for intent in profile.intents.all()),
        frozenset(code.lower() for code in profile.languages),
        frozenset(profile.tags),
    )


def _note_turn(user: User) -> None:
    """By the clock of the database, which is one for all workers."""
    now: Any = Func(function="clock_timestamp", output_field=DateTimeField())
    if not AgentProfile.objects.filter(pk=user.pk).update(last_assigned_at=now):
        AgentProfile.objects.create(user=user)
        AgentProfile.objects.filter(pk=user.pk).update(last_assigned_at=now)
