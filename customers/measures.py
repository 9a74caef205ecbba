"""Refreshing what is measured of all customers: sums, RFM classes with history, cohorts.

Every step is SQL in bulk. Customers are written in batches, each a transaction of its own
that locks its rows in the order of their keys, so that nobody waits long for a customer;
rows that come out as they were are not written. The sums of one customer are kept current
at every change of orders (`CustomerQuerySet.bought_something`); here come in orders whose
day arrives, a change of exchange rates, and everything that hangs on the other customers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from customers.cohorts import refresh_cohorts
from customers.locks import held
from customers.models import Customer, Order, Refresh, RfmChange
from customers.models.exchange_rate import AMOUNT_SQL
from customers.models.order_statistics import (
    COUNTS_SQL,
    STALE_STATISTICS_SQL,
    order_parameters,
)
from customers.rfm import grid_by_place
from customers.signals import measures_refreshed, send_after_commit

LOCK_SPACE = 7310
LOCK_KEY = 101
NAME = "measures"
BATCH = 20_000
HISTORY_MONTHS = 12

# Whatever changes what orders add up to changes one of these, in one pass over the orders.
ORDERS_STATE_SQL = """
SELECT concat_ws(' ', count(*), sum(o.customer_id), sum(o.total), max(o.updated_at),
    count(*) FILTER (WHERE o.status <> 'cancelled'), count(*) FILTER (WHERE o.kind = 'sale'),
    count(*) FILTER (WHERE o.placed_at <= %(now)s))
FROM customers_order o
"""
RATES_STATE_SQL = """
SELECT concat_ws(' ', %(base)s, %(zone)s, count(*), max(updated_at)) FROM customers_exchangerate
"""

# What each customer of a source bought month by month, for the classes of month ends.
MONTHLY_SQL = f"""
CREATE TEMP TABLE monthly AS
SELECT o.customer_id AS id, min(c.currency) AS currency,
    date_trunc('month', o.placed_at AT TIME ZONE %(zone)s)::date AS month_on,
    max(o.placed_at) FILTER (WHERE o.kind = 'sale') AS last_at,
    count(*) FILTER (WHERE o.kind = 'sale') AS orders,
    coalesce(sum({AMOUNT_SQL}), 0) AS spent
FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
WHERE {COUNTS_SQL} AND c.source = %(source)s AND NOT c.objects_to_profiling
GROUP BY o.customer_id, month_on
"""  # noqa: S608  # fixed fragments alone
BUYERS_THEN = """
SELECT id, min(currency) AS currency, max(last_at) AS last_at, sum(orders) AS orders,
    sum(spent) AS spent
FROM monthly WHERE month_on <= %(month_on)s GROUP BY id HAVING sum(orders) > 0
"""
BUYERS_NOW = """
SELECT id, currency, last_order_at AS last_at, order_count AS orders, spent_total AS spent
FROM customers_customer
WHERE source = %(source)s AND order_count > 0 AND NOT objects_to_profiling
"""

# Scores and classes of buyers: see customers.rfm for what ties do.
SCORED_SQL = """
CREATE TEMP TABLE scored AS
WITH buyer AS MATERIALIZED (
    SELECT id, currency, (last_at AT TIME ZONE %(zone)s)::date AS last_on, orders,
        spent::float8 AS spent
    FROM ({buyers}) bought
),
habit AS MATERIALIZED (
    SELECT percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY last_on DESC) AS last_on,
        percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY orders) AS orders
    FROM buyer
),
money AS MATERIALIZED (
    SELECT currency,
        percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP (ORDER BY spent) AS spent
    FROM buyer GROUP BY currency
),
score AS (
    SELECT b.id,
        5 - (b.last_on < h.last_on[1])::int - (b.last_on < h.last_on[2])::int
          - (b.last_on < h.last_on[3])::int - (b.last_on < h.last_on[4])::int AS recency,
        CASE WHEN b.orders = 1 THEN 1 ELSE {frequency} END AS frequency,
        {money} AS money
    FROM buyer b CROSS JOIN habit h JOIN money m ON m.currency = b.currency
)
SELECT id, recency, frequency, money,
    (%(grid)s::text[])[(recency - 1) * 25 + (frequency - 1) * 5 + money] AS rfm_class
FROM score
"""
NOTE_HISTORY_SQL = """
INSERT INTO customers_rfmchange (customer_id, from_class, to_class, changed_at)
SELECT s.id, coalesce(w.rfm_class, ''), s.rfm_class, %(at)s
FROM scored s LEFT JOIN was w ON w.id = s.id
WHERE s.rfm_class <> coalesce(w.rfm_class, '')
"""
# Who differs now, and those who have no sale any more, numbered for the batches.
CHANGED_SQL = """
CREATE TEMP TABLE changed AS
SELECT c.id, s.recency, s.frequency, s.money, coalesce(s.rfm_class, '') AS rfm_class,
    (row_number() OVER (ORDER BY c.id) - 1) / %(batch)s AS batch
FROM customers_customer c LEFT JOIN scored s ON s.id = c.id
WHERE c.source = %(source)s
  AND (c.recency_score, c.frequency_score, c.monetary_score, c.rfm_class)
      IS DISTINCT FROM (s.recency, s.frequency, s.money, coalesce(s.rfm_class, ''))
"""
LOCK_BATCH_SQL = """
SELECT c.id FROM customers_customer c JOIN changed s ON s.id = c.id WHERE s.batch = %(batch)s
ORDER BY c.id FOR NO KEY UPDATE OF c
"""
NOTE_CHANGES_SQL = """
INSERT INTO customers_rfmchange (customer_id, from_class, to_class, changed_at)
SELECT c.id, coalesce(w.rfm_class, c.rfm_class), s.rfm_class, %(at)s
FROM changed s JOIN customers_customer c ON c.id = s.id LEFT JOIN was w ON w.id = s.id
WHERE s.batch = %(batch)s AND s.rfm_class <> coalesce(w.rfm_class, c.rfm_class)
"""
SET_CLASSES_SQL = """
UPDATE customers_customer c SET recency_score = s.recency, frequency_score = s.frequency,
    monetary_score = s.money, rfm_class = s.rfm_class
FROM changed s WHERE c.id = s.id AND s.batch = %(batch)s
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: `recounted` customers got new sums, `changes` of class were noted."""

    recounted: int
    changes: int


def refresh_measures_when_due(*, patient: bool = False) -> Refreshed | None:
    """Refresh when orders, rates or the day changed what was measured; None when nothing
    did, or another process is at it. `patient` also waits until the last refresh is long
    enough ago for what it cost, as a shop that sells every minute needs.
    """
    with held(LOCK_SPACE, LOCK_KEY) as mine:
        due = Refresh.objects.due(NAME, records_state, patient=patient) if mine else None
        return None if due is None else _refresh(*due)


def records_state() -> str:
    """What the measures hang on, as a text that changes when it does."""
    with connection.cursor() as cursor:
        states = []
        for statement in (ORDERS_STATE_SQL, RATES_STATE_SQL):
            cursor.execute(statement, order_parameters())
            states.append(str(cursor.fetchone()[0]))
    return "|".join(states)


def _refresh(last: Refresh | None, state: str) -> Refreshed:
    now, started = timezone.now(), time.monotonic()
    recounted = sum(_recounted(pks) for pks in _batches(_everybody(last, state)))
    recounted += sum(_recounted(pks, read_again=True) for pks in _batches(_due(last, now)))
    changes = sum(_classify(source) for source in sources())
    refresh_cohorts()
    took = time.monotonic() - started
    Refresh.objects.update_or_create(
        name=NAME, defaults={"state": state, "refreshed_at": now, "took_seconds": took}
    )
    send_after_commit(measures_refreshed, sender=Customer)
    return Refreshed(recounted, changes)


def sources() -> list[str]:
    """The sources that customers come from."""
    return list(Customer.objects.order_by().values_list("source", flat=True).distinct())


def _everybody(last: Refresh | None, state: str) -> list[int]:
    """All customers whose sums are out of date, looked for at first and after a change of
    rates; else nobody.
    """
    if last is not None and last.state.split("|")[1] == state.split("|")[1]:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # sums of all customers at once
        cursor.execute(STALE_STATISTICS_SQL, order_parameters())
        return [pk for (pk,) in cursor.fetchall()]


def _due(last: Refresh | None, now: datetime) -> list[int]:
    """Customers with an order whose time came since."""
    if last is None:
        return []
    due = Order.objects.filter(placed_at__gt=last.refreshed_at, placed_at__lte=now)
    found = due.filter(customer__isnull=False).order_by("customer_id")
    return list(found.values_list("customer_id", flat=True).distinct())


def _batches(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(pks), BATCH):
        yield pks[start : start + BATCH]


def _recounted(pks: Sequence[int], *, read_again: bool = False) -> int:
    customers = Customer.objects.filter(pk__in=pks)
    with transaction.atomic():
        changed = customers.refresh_order_statistics()
        if read_again:
            customers.request_analysis()
    return changed


def _classify(source: str) -> int:
    """Scores and classes of one source's customers as of its last sale, with the history of
    month ends that passed since it was last classified; how many changes were noted.
    """
    buyers = Customer.objects.filter(source=source, order_count__gt=0)
    times = buyers.aggregate(first=Min("first_order_at"), last=Max("last_order_at"))
    at = times["last"] or timezone.now()
    with connection.cursor() as cursor:
        _forget(cursor, "monthly", "was", "scored", "changed")
        noted = _note_history(cursor, source, _month_ends(source, times["first"], times["last"]))
        _score(cursor, BUYERS_NOW, source=source)
        cursor.execute(CHANGED_SQL, {"source": source, "batch": BATCH})
        cursor.execute("ANALYZE changed")
        cursor.execute("SELECT coalesce(max(batch) + 1, 0) FROM changed")
        for batch in range(cursor.fetchone()[0]):
            noted += _set_batch(cursor, batch, at)
        _forget(cursor, "monthly", "was", "scored", "changed")
    return noted


def _set_batch(cursor: Any, batch: int, at: datetime) -> int:
    with transaction.atomic():
        cursor.execute(LOCK_BATCH_SQL, {"batch": batch})
        cursor.execute(NOTE_CHANGES_SQL, {"batch": batch, "at": at})
        noted = cursor.rowcount
        cursor.execute(SET_CLASSES_SQL, {"batch": batch})
    return noted


def _note_history(cursor: Any, source: str, months: Sequence[date]) -> int:
    """Note the classes at the ends of these months; leaves the last ones in `was`."""
    cursor.execute(
        "CREATE TEMP TABLE was AS SELECT id, rfm_class::text FROM customers_customer "
        "WHERE source = %s AND rfm_class <> ''",
        [source],
    )
    if not months:
        return 0
    cursor.execute(MONTHLY_SQL, {**order_parameters(), "source": source})
    cursor.execute("ANALYZE monthly")
    noted = 0
    for month_on in months:
        _score(cursor, BUYERS_THEN, month_on=month_on)
        cursor.execute(NOTE_HISTORY_SQL, {"at": _end_of(month_on)})
        noted += cursor.rowcount
        _forget(cursor, "was")
        cursor.execute("ALTER TABLE scored RENAME TO was")
    return noted


def _score(cursor: Any, buyers: str, **parameters: Any) -> None:
    """Make the table `scored` of these buyers."""
    _forget(cursor, "scored")
    statement = SCORED_SQL.format(
        buyers=buyers,
        frequency=_passed("b.orders", "h.orders"),
        money=_passed("b.spent", "m.spent"),
    )
    grid = {"grid": grid_by_place(), "zone": settings.TIME_ZONE}
    cursor.execute(statement, {**grid, **parameters})
    cursor.execute("ANALYZE scored")


def _passed(value: str, bounds: str) -> str:
    """SQL of 1 to 5: how many of four bounds a value passed, one that it equals by half."""
    counted = [f"({value} {sign} {bounds}[{n}])::int" for n in range(1, 5) for sign in (">", ">=")]
    return f"1 + ({' + '.join(counted)}) / 2"


def _month_ends(source: str, first: datetime | None, last: datetime | None) -> list[date]:
    """The months that ended between the last noted change (else the first sale, and at most
    `HISTORY_MONTHS` back) and the last sale, each by its first day.
    """
    if first is None or last is None:
        return []
    present = timezone.localdate(last).replace(day=1)
    noted = RfmChange.objects.filter(customer__source=source).aggregate(at=Max("changed_at"))["at"]
    start = timezone.localdate(max(noted or first, first)).replace(day=1)
    months: list[date] = []
    month_on = (present - timedelta(days=1)).replace(day=1)
    while month_on >= start and len(months) < HISTORY_MONTHS:
        if noted is None or _end_of(month_on) > noted:
            months.append(month_on)
        month_on = (month_on - timedelta(days=1)).replace(day=1)
    return months[::-1]


def _end_of(month_on: date) -> datetime:
    """The last second of a month, so that the change counts to it."""
    following = (month_on + timedelta(days=32)).replace(day=1)
    midnight = timezone.make_aware(datetime.combine(following, datetime.min.time()))
    return midnight - timedelta(seconds=1)


def _forget(cursor: Any, *tables: str) -> None:
    for table in tables:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
