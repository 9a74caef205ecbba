"""Keeps the sums of days and weeks current, counting anew only the weeks that were touched.

Triggers note the touched days in the transaction of the change (`TouchedDay`). A refresh
takes these notes away and counts their weeks anew, in one transaction: a change that
commits meanwhile leaves its note for the next refresh, so none is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from customers.insight.aggregates_sql import BLOCKS_SQL, PRODUCTS_SQL, SALES_SQL, VOICE_SQL
from customers.locks import held_until_commit
from customers.models import ProductSales, TouchedDay
from customers.periods import Period

# Any number that nothing else locks: one refresh at a time.
REFRESH_LOCK = 0x1A51947
WEEK = timedelta(weeks=1)
STATEMENTS = {
    TouchedDay.Kind.SALES: (SALES_SQL, PRODUCTS_SQL),
    TouchedDay.Kind.VOICE: VOICE_SQL,
}
ALL_DAYS_SQL = """
INSERT INTO customers_touchedday (kind, day_on)
SELECT DISTINCT 'sales', (placed_at AT TIME ZONE 'UTC')::date FROM customers_order
UNION SELECT 'sales', day_on FROM customers_dailysales
UNION SELECT 'voice', (opened_at AT TIME ZONE 'UTC')::date FROM customers_ticket
UNION SELECT 'voice', (sent_at AT TIME ZONE 'UTC')::date FROM customers_message
UNION SELECT 'voice', (written_at AT TIME ZONE 'UTC')::date FROM customers_review
UNION SELECT 'voice', day_on FROM customers_dailyvoice
"""
# Days that are counted: those of the blocks of weeks that the calendar holds.
EARLIEST, LATEST = date(1900, 3, 1), date(9999, 10, 1)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many weeks were counted anew, of orders and of texts."""

    sales_weeks: int
    voice_weeks: int

    @property
    def weeks(self) -> int:
        """How many it were together."""
        return self.sales_weeks + self.voice_weeks


@transaction.atomic
def refresh() -> Refreshed | None:
    """Count the weeks of touched days anew; None when another process does so now."""
    if not held_until_commit(REFRESH_LOCK):
        return None
    touched = _take_touched()
    counted = {kind: _count_anew(kind, weeks_of(days)) for kind, days in touched.items()}
    return Refreshed(counted[TouchedDay.Kind.SALES], counted[TouchedDay.Kind.VOICE])


def rebuild() -> Refreshed | None:
    """Count everything anew, such as after a change of the time zone."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_DAYS_SQL)
    return refresh()


def weeks_of(days: Iterable[date]) -> list[date]:
    """The weeks (their Mondays, in order) that the touched days may lie in.

    Days are noted in UTC and counted in the shop's time zone: what was noted on a Sunday
    may be of the Monday after, and the other way round.
    """
    near = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
    return sorted({day - timedelta(days=day.weekday()) for day in near})


def runs_of(weeks: list[date]) -> list[Period]:
    """Weeks that follow one another, as periods: each is counted by one statement."""
    runs: list[Period] = []
    for week in weeks:
        last = week + WEEK - timedelta(days=1)
        if runs and runs[-1].last + timedelta(days=1) == week:
            runs[-1] = Period(runs[-1].first, last)
        else:
            runs.append(Period(week, last))
    return runs


def _take_touched() -> dict[str, list[date]]:
    taken: dict[str, list[date]] = {kind: [] for kind in STATEMENTS}
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM customers_touchedday RETURNING kind, day_on) "
            "SELECT DISTINCT kind, day_on FROM gone WHERE day_on BETWEEN %s AND %s",
            [EARLIEST, LATEST],
        )
        for kind, day in cursor.fetchall():
            taken[kind].append(day)
    return taken


def _count_anew(kind: str, weeks: list[date]) -> int:
    with connection.cursor() as cursor:
        for run in runs_of(weeks):
            for statement in STATEMENTS[TouchedDay.Kind(kind)]:
                cursor.execute(statement, _bounds(run))
            if kind == TouchedDay.Kind.SALES:
                cursor.execute(BLOCKS_SQL, _bounds_of_blocks(run))
    return len(weeks)


def _bounds(run: Period) -> dict[str, Any]:
    return {
        "first": run.first,
        "last": run.last,
        "start": run.start,
        "end": run.end,
        "zone": timezone.get_current_timezone_name(),
    }


def _bounds_of_blocks(run: Period) -> dict[str, Any]:
    """The blocks of weeks that a run lies in."""
    length = ProductSales.BLOCK_WEEKS * WEEK
    before = (run.first - ProductSales.FIRST_BLOCK) % length
    after = (run.last - ProductSales.FIRST_BLOCK) % length
    return {
        "first": run.first - before,
        "last": run.last - after + length - timedelta(days=1),
        "first_block": ProductSales.FIRST_BLOCK,
        "block_weeks": ProductSales.BLOCK_WEEKS,
    }
