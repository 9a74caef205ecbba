"""How many customers a condition chooses, without holding up a page.

A count is exact when the database finishes it in time. Where it does not, the count is what
the planner of the database expects, and says that it is an estimate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import OperationalError, connection, models, transaction
from psycopg.errors import QueryCanceled

from customers.models import Customer

LIVE_MS = 400  # while rules are typed
PATIENT_MS = 10_000  # when somebody asks for the exact number
# hash tables of whole tables fit: rules joined by "any" are then read once, not row by row
WORK_MEMORY = "64MB"
TOTAL_KEPT_SECONDS = 60


class TooSlow(Exception):
    """The database did not finish in time."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many customers of how many; what is not exact is what the database expects."""

    count: int
    of: int
    is_exact: bool

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where there are no customers."""
        return min(1.0, self.count / self.of) if self.of else None


def size_of(rows: models.QuerySet, *, within_ms: int = LIVE_MS) -> Size:
    """The size of `rows`, which are customers, beside all customers."""
    count, is_exact = counted(rows, within_ms)
    return Size(count, total(), is_exact)


def total() -> int:
    """How many customers there are, as of the last minute where there are many."""
    kept = cache.get("audiences:total")
    if kept is not None:
        return kept
    count, is_exact = counted(Customer.objects.all(), LIVE_MS)
    if count > 10_000 and is_exact:
        cache.set("audiences:total", count, TOTAL_KEPT_SECONDS)
    return count


def counted(rows: models.QuerySet, within_ms: int) -> tuple[int, bool]:
    """The number of rows and whether it is exact."""
    try:
        with time_limit(within_ms):
            return rows.order_by().count(), True
    except TooSlow:
        return _expected(rows), False


@contextmanager
def time_limit(within_ms: int) -> Iterator[None]:
    """Queries inside end after so long; then TooSlow is raised."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            before = _set(cursor, statement_timeout=f"{within_ms}ms", work_mem=WORK_MEMORY)
            yield
            _set(cursor, **before)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise


def _set(cursor: Any, **options: str) -> dict[str, str]:
    """Set options for the rest of the transaction; gives what they were."""
    before = {}
    for name, value in options.items():
        cursor.execute("SELECT current_setting(%s), set_config(%s, %s, true)", [name, name, value])
        before[name] = cursor.fetchone()[0]
    return before


def _expected(rows: models.QuerySet) -> int:
    """How many rows the planner expects."""
    plan: Any = rows.order_by().values("pk").explain(format="json")
    return round(json.loads(plan)[0]["Plan"]["Plan Rows"])
