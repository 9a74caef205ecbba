"""Sums of the desk over a period, by SQL: what came, what was answered, solved and rated.

Each is read from the index of its own moment: what came by when it was opened, first replies by
when they went, solutions by when it was solved, ratings by when they were given. Times are
working minutes, as they were measured then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from customers.insight.buckets import Grain
from customers.models.satisfaction import GOOD_FROM
from customers.periods import Period
from customers.sql import rows_of

# What tickets can be told apart by: the column of tickets, and that of ratings.
KEYS: Mapping[str, tuple[str, str]] = {
    "team": ("team_id", "team_id"),
    "agent": ("assignee_id", "agent_id"),
    "channel": ("channel", "channel"),
    "intent": ("coalesce(intent_id, suggested_intent_id)", "intent_id"),
    "topic": ("topic_id", "topic_id"),
}

VOLUME_SQL = """
SELECT {part}, count(*) FROM customers_ticket
WHERE {at} >= %(start)s AND {at} < %(end)s GROUP BY 1
"""
TIMES_SQL = """
SELECT {part}, count({minutes}),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY {minutes}),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY {minutes})
FROM customers_ticket
WHERE {at} >= %(start)s AND {at} < %(end)s AND {minutes} IS NOT NULL GROUP BY 1
"""
RATED_SQL = """
SELECT {part}, count(*), count(*) FILTER (WHERE score >= %(good)s), avg(score)::float8
FROM customers_satisfactionrating
WHERE rated_at >= %(start)s AND rated_at < %(end)s AND score IS NOT NULL GROUP BY 1
"""
# Nearly all tickets of a shop were solved long ago; these are the few that were not.
STANDING_SQL = """
SELECT count(*) FROM customers_ticket
WHERE opened_at < %(at)s AND (
    (solved_at IS NULL AND status IN ('open', 'pending')) OR solved_at >= %(at)s
)
"""
KEPT_SQL = """
SELECT count(*), count(*) FILTER (WHERE NOT sla.first_response_breached)
FROM customers_ticketsla AS sla JOIN customers_ticket AS ticket ON ticket.id = sla.ticket_id
WHERE ticket.opened_at >= %(start)s AND ticket.opened_at < %(end)s
    AND sla.first_response_due_at IS NOT NULL
    AND (sla.first_response_breached OR sla.first_responded_at IS NOT NULL)
"""
OPENED, REPLIED, SOLVED = "opened_at", "first_replied_at", "solved_at"
MINUTES = {REPLIED: "first_reply_minutes", SOLVED: "solve_minutes"}


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: of so many tickets the median and the 90th percentile."""

    count: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """So many ratings, how many of them good, and the mean score."""

    count: int = 0
    good: int = 0
    mean: float | None = None

    @property
    def share(self) -> float | None:
        """The share of satisfied customers."""
        return self.good / self.count if self.count else None


def volume_by_day(period: Period, at: str = OPENED) -> dict[date, int]:
    """How many tickets were opened (or solved, or answered) on each day of the shop's zone."""
    day = f"({at} AT TIME ZONE %(zone)s)::date"
    return dict(rows_of(VOLUME_SQL.format(part=day, at=at), _asked(period)))


def times_by(period: Period, at: str, grain: Grain) -> dict[date, Times]:
    """How long first replies or solutions took, by the first day of each day, week or month."""
    statement = TIMES_SQL.format(part=_trunc(at), at=at, minutes=MINUTES[at])
    found = rows_of(statement, _asked(period) | {"grain": grain.value})
    return {day: Times(*times) for day, *times in found}


def rated_by(period: Period, grain: Grain) -> dict[date, Rated]:
    """What customers said, by the first day of each day, week or month."""
    found = rows_of(
        RATED_SQL.format(part=_trunc("rated_at")), _asked(period) | {"grain": grain.value}
    )
    return {day: Rated(*sums) for day, *sums in found}


def volume_of(period: Period, at: str = OPENED, key: str = "") -> dict[Any, int]:
    """The same for the whole period, by team, agent, channel, intent or topic."""
    return dict(rows_of(VOLUME_SQL.format(part=_key(key), at=at), _asked(period)))


def times_of(period: Period, at: str, key: str = "") -> dict[Any, Times]:
    """How long first replies or solutions of the whole period took."""
    statement = TIMES_SQL.format(part=_key(key), at=at, minutes=MINUTES[at])
    return {value: Times(*times) for value, *times in rows_of(statement, _asked(period))}


def rated_of(period: Period, key: str = "") -> dict[Any, Rated]:
    """What customers said in the whole period."""
    found = rows_of(RATED_SQL.format(part=_key(key, of_ratings=True)), _asked(period))
    return {value: Rated(*sums) for value, *sums in found}


def standing_before(period: Period) -> int:
    """How many tickets were open when the period began."""
    return rows_of(STANDING_SQL, {"at": period.start})[0][0]


def kept_of(period: Period) -> tuple[int, int]:
    """Of the tickets of the period with a promise of a first reply: how many are decided, and
    for how many it was kept.
    """
    found = rows_of(KEPT_SQL, _asked(period))
    return found[0][0], found[0][1]


def _asked(period: Period) -> dict[str, Any]:
    zone = timezone.get_current_timezone_name()
    return {"start": period.start, "end": period.end, "zone": zone, "good": GOOD_FROM}


def _trunc(at: str) -> str:
    return f"date_trunc(%(grain)s, {at} AT TIME ZONE %(zone)s)::date"


def _key(key: str, *, of_ratings: bool = False) -> str:
    return KEYS[key][of_ratings] if key else "true"
