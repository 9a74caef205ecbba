"""Cohort retention: what customers did in the months after the month of their first order.

The figures are read from `CohortCell`, a few hundred rows that `refresh_cohorts` makes
anew from the orders when the measures are refreshed, so that a page costs the same however
many orders there are. Months are calendar months of the shop's time zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from customers.models import CohortCell
from customers.models.exchange_rate import AMOUNT_SQL
from customers.models.order_statistics import COUNTS_SQL, order_parameters
from customers.periods import shop_now

COHORTS_SQL = f"""
WITH bought AS (
    SELECT c.source, c.currency, o.customer_id,
        date_trunc('month', c.first_order_at AT TIME ZONE %(zone)s)::date AS cohort_on,
        date_trunc('month', o.placed_at AT TIME ZONE %(zone)s)::date AS month_on,
        count(*) FILTER (WHERE o.kind = 'sale') AS orders,
        coalesce(sum({AMOUNT_SQL}), 0) AS revenue
    FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
    WHERE {COUNTS_SQL} AND c.first_order_at IS NOT NULL
    GROUP BY c.id, o.customer_id, month_on
)
INSERT INTO customers_cohortcell
    (source, currency, cohort_on, months_since, customers, orders, revenue)
SELECT source, currency, cohort_on,
    12 * (extract(year FROM month_on) - extract(year FROM cohort_on))
        + extract(month FROM month_on) - extract(month FROM cohort_on) AS months_since,
    count(*) FILTER (WHERE orders > 0), sum(orders), sum(revenue)
FROM bought WHERE month_on >= cohort_on
GROUP BY source, currency, cohort_on, months_since
"""  # noqa: S608  # fixed fragments alone


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one cohort.

    `customers` ordered in it, which is `share` (0 to 1) of the cohort. `revenue` is sales
    less returns; None where the cohort's customers have several currencies. `is_complete`
    is False for the month that the shop's present falls into: it may still grow.
    """

    months_since: int
    customers: int
    share: float
    orders: int
    revenue: Decimal | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """The `size` customers whose first order fell into the month that begins on `month_on`.

    `cells` has every month from the first (0) to the shop's present, in order.
    """

    month_on: date
    size: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CohortRetention:
    """The cohorts by month, oldest first. `currency` is that of every revenue, empty where
    there are several and so no revenue.
    """

    cohorts: tuple[Cohort, ...]
    currency: str


def cohort_retention(
    source: str | None = None, currency: str | None = None, *, months: int = 24
) -> CohortRetention:
    """Retention of the customers of one source and one currency (None: of all), for the last
    `months` cohorts up to the shop's present.

    Three small queries, whatever the number of orders. Empty where nobody bought anything yet, or
    the measures were never refreshed.
    """
    cells = CohortCell.objects.all()
    if source is not None:
        cells = cells.filter(source=source)
    if currency is not None:
        cells = cells.filter(currency=currency)
    present = _first_of_month(timezone.localdate(shop_now()))
    currencies = set(cells.values_list("currency", flat=True).distinct()[:2])
    sums = (
        cells.filter(cohort_on__gt=_moved(present, -months), cohort_on__lte=present)
        .values("cohort_on", "months_since")
        .annotate(n=Sum("customers"), sold=Sum("orders"), brought=Sum("revenue"))
        .order_by("cohort_on", "months_since")
    )
    by_cohort: dict[date, dict[int, tuple[int, int, Decimal]]] = {}
    for row in sums:
        found = by_cohort.setdefault(row["cohort_on"], {})
        found[row["months_since"]] = (row["n"], row["sold"], row["brought"])
    one_currency = currencies.pop() if len(currencies) == 1 else ""
    return CohortRetention(
        tuple(
            Cohort(month_on, found[0][0], tuple(_cells(month_on, found, present, one_currency)))
            for month_on, found in by_cohort.items()
        ),
        one_currency,
    )


def refresh_cohorts() -> int:
    """Make the cells anew from the orders, in one statement; how many there are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_cohortcell")
        cursor.execute(COHORTS_SQL, order_parameters())
        return cursor.rowcount


def _cells(
    month_on: date, found: dict[int, tuple[int, int, Decimal]], present: date, currency: str
) -> Iterable[Cell]:
    size = found[0][0]
    for since in range(_months_between(month_on, present) + 1):
        customers, orders, revenue = found.get(since, (0, 0, Decimal(0)))
        yield Cell(
            months_since=since,
            customers=customers,
            share=customers / size,
            orders=orders,
            revenue=revenue if currency else None,
            is_complete=_moved(month_on, since) < present,
        )


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _moved(month_on: date, months: int) -> date:
    years, month = divmod(month_on.month - 1 + months, 12)
    return date(month_on.year + years, month + 1, 1)


def _months_between(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month
