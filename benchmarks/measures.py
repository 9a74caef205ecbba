"""How long measures, RFM classes and values of all customers take, and what one customer costs.

All is computed anew in a shop whose last day is new: sums, scores, classes and cohorts, and
what every customer is expected to do. The peer is the same shop with 10,000 customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from benchmarks.instruments.cpu import Cost, cost_of
from benchmarks.instruments.process_memory import growth
from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
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
class Costs:
    """Of the first computation with the history of classes, of all anew by part, of having
    nothing to do, and of reading the cohorts.
    """

    first: Cost
    measures: Cost
    values: Cost
    idle: Cost
    cohorts: Cost

    @property
    def anew(self) -> Cost:
        """All of it, recomputed."""
        return _together(self.measures, self.values)


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
    found: Costs, peer: Costs, many: int, few: int, grown_mb: float | None
) -> dict[str, Any]:
    """The large shop's times, and the cost of one customer beside the small shop's: by
    processor time where that is known, for it does not hang on what else goes on.
    """
    cost, peer_cost = _each(found.anew, many), _each(peer.anew, few)
    return {
        "recomputed_seconds": round(found.anew.seconds, 2),
        "measures_seconds": round(found.measures.seconds, 2),
        "values_seconds": round(found.values.seconds, 2),
        "recomputed_cpu_seconds": _rounded(found.anew.cpu_seconds),
        "measures_cpu_seconds": _rounded(found.measures.cpu_seconds),
        "values_cpu_seconds": _rounded(found.values.cpu_seconds),
        "first_time_with_history_seconds": round(found.first.seconds, 2),
        "first_time_with_history_cpu_seconds": _rounded(found.first.cpu_seconds),
        "nothing_to_do_ms": round(found.idle.seconds * 1000, 1),
        "cohorts_ms": round(found.cohorts.seconds * 1000, 1),
        "memory_growth_mb": grown_mb,
        "microseconds_per_customer": round(cost * 1e6, 1),
        "peer_microseconds_per_customer": round(peer_cost * 1e6, 1),
        "cost_per_customer_times_the_peer": round(cost / peer_cost, 2),
    }


def _timed(customers: int) -> Costs:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_SQL)
    buyers(customers, customers * ORDERS_EACH)
    first = _both()
    one_more_day()
    Refresh.objects.all().delete()  # so that the sums of everybody are looked through
    measures, values = cost_of(refresh_measures_when_due), cost_of(refresh_values_when_due)
    return Costs(first, measures, values, _both(), cost_of(cohort_retention))


def _both() -> Cost:
    return _together(cost_of(refresh_measures_when_due), cost_of(refresh_values_when_due))


def _together(one: Cost, other: Cost) -> Cost:
    known = one.cpu_seconds is not None and other.cpu_seconds is not None
    cpu = one.cpu_seconds + other.cpu_seconds if known else None  # type: ignore[operator]
    return Cost(one.seconds + other.seconds, cpu)


def _each(cost: Cost, customers: int) -> float:
    return (cost.seconds if cost.cpu_seconds is None else cost.cpu_seconds) / customers


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
