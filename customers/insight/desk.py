"""What of the desk is told in words: a stored query of its figures, and the statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from customers.insight import rows
from customers.insight.queries import Parameters, Query, Wanted
from customers.insight.scope import Scope
from customers.insight.units import Unit
from customers.models.satisfaction import GOOD_FROM

FIRST = "((%(first)s::date)::timestamp AT TIME ZONE %(zone)s)"
END = "((%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s)"


def _in_period(column: str) -> str:
    return f"{column} >= {FIRST} AND {column} < {END}"


DESK_SQL = f"""
WITH replied AS (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY first_reply_minutes) AS reply,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY first_reply_minutes) AS reply_p90
    FROM customers_ticket
    WHERE {_in_period("first_replied_at")} AND first_reply_minutes IS NOT NULL
), rated AS (
    SELECT count(*) AS ratings,
        (count(*) FILTER (WHERE score >= %(good)s))::float8 / nullif(count(*), 0) AS satisfied
    FROM customers_satisfactionrating WHERE {_in_period("rated_at")} AND score IS NOT NULL
), late AS (
    SELECT count(*) AS late FROM customers_ticketsla AS sla
    JOIN customers_ticket AS ticket ON ticket.id = sla.ticket_id
    WHERE {_in_period("ticket.opened_at")} AND sla.first_response_breached
)
SELECT
    (SELECT count(*) FROM customers_ticket WHERE {_in_period("opened_at")}) AS opened,
    (SELECT count(*) FROM customers_ticket WHERE {_in_period("solved_at")}) AS solved,
    reply, reply_p90, ratings, satisfied, late
FROM replied, rated, late
"""  # noqa: S608  # made of the constants above


def _expand(_scope: Scope, _parameters: Parameters) -> tuple[dict[str, Any], dict[str, str]]:
    return {"zone": timezone.get_current_timezone_name(), "good": GOOD_FROM}, {}


def _address(wanted: Wanted) -> str:
    period = wanted.scope.period
    if wanted.column == "solved":
        return rows.solved(period)
    if wanted.column in ("ratings", "satisfied"):
        return rows.rated(period)
    return rows.first_replies(period) if "reply" in wanted.column else rows.tickets(period)


DESK = Query(
    DESK_SQL,
    {
        **dict.fromkeys(("opened", "solved", "ratings", "late"), Unit.COUNT),
        **dict.fromkeys(("reply", "reply_p90"), Unit.MINUTES),
        "satisfied": Unit.SHARE,
    },
    _address,
    _expand,
)


def worth_telling(row: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """Which forms, of which columns, and how much each matters: below what was sold, above
    what merely changed.
    """
    if row["opened"] or row["solved"]:
        yield "desk_flow", ("opened", "solved"), 50
    if row["reply"] is not None:
        yield "desk_reply", ("reply", "reply_p90"), 49
    if row["ratings"]:
        yield "desk_rated", ("satisfied", "ratings"), 48
    if row["late"]:
        yield "desk_late", ("late",), 47
