"""How long measures, RFM classes and values of all customers take, and what one customer costs.

All is computed anew in a shop whose last day is new: sums, scores, classes and cohorts, and
what every customer is expected to do. The peer is the same shop with 10,000 customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from benchmarks.instruments.process_memory import growth
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import seconds_of
from benchmarks.samples.buyers import buyers, one_more_day
from customers.cohorts import cohort_retention
from customers.measures import refresh_measures_when_due
from customers.models import Refresh
from intelligence.customer_values import refresh_values_when_due

CUSTOMERS, SMALL_CUSTOMERS = 200_000, 4_000
FEW_CUSTOMERS, SMALL_FEW = 10_000, 1_000
ORDERS_EACH = 5
TARGETS = (
    Target("recomputed_seconds", "at_most", 60),
    Target("cost_per_customer_times_the_peer", "at_most", 1.2),
    Target("cohorts_ms", "at_most", 300),
)
EMPTY_SQL = "TRUNCATE customers_customer, customers_order, customers_refresh CASCADE"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: of the first computation with the history of classes, of all anew by part,
    with nothing to do, and of reading the cohorts.
    """

    first: float
    measures: float
    values: float
    idle: float
    cohorts: float

    @property
    def anew(self) -> float:
        """All of it, recomputed."""
        return self.measures + self.values


def measure(*, small: bool = False) -> Report:
    """The small shop, and then the large one in its place."""
    few, many = (SMALL_FEW, SMALL_CUSTOMERS) if small else (FEW_CUSTOMERS, CUSTOMERS)
    with database():
        peer = _timed(few)
        with growth() as grown:
            found = _timed(many)
    return Report(
        benchmark="measures",
        sample=f"{many:,} customers, {many * ORDERS_EACH:,} orders over 700 days",
        peer=f"the same with {few:,} customers",
        figures=figures(found, peer, many, few, grown.mb),
        targets=TARGETS,
        small=small,
    )


def figures(
    found: Times, peer: Times, many: int, few: int, grown_mb: float | None
) -> dict[str, Any]:
    """The large shop's times, and the cost of one customer beside the small shop's."""
    cost, peer_cost = found.anew / many, peer.anew / few
    return {
        "recomputed_seconds": round(found.anew, 2),
        "measures_seconds": round(found.measures, 2),
        "values_seconds": round(found.values, 2),
        "first_time_with_history_seconds": round(found.first, 2),
        "nothing_to_do_ms": round(found.idle * 1000, 1),
        "cohorts_ms": round(found.cohorts * 1000, 1),
        "memory_growth_mb": grown_mb,
        "microseconds_per_customer": round(cost * 1e6, 1),
        "peer_microseconds_per_customer": round(peer_cost * 1e6, 1),
        "cost_per_customer_times_the_peer": round(cost / peer_cost, 2),
    }


def _timed(customers: int) -> Times:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_SQL)
    buyers(customers, customers * ORDERS_EACH)
    first = seconds_of(refresh_measures_when_due) + seconds_of(refresh_values_when_due)
    one_more_day()
    Refresh.objects.all().delete()  # so that the sums of everybody are recounted
    measures = seconds_of(refresh_measures_when_due)
    values = seconds_of(refresh_values_when_due)
    idle = seconds_of(refresh_measures_when_due) + seconds_of(refresh_values_when_due)
    return Times(first, measures, values, idle, seconds_of(cohort_retention))
