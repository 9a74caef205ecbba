"""Customers of one kind fall silent, more of them than before and than others do.

Somebody falls silent when they stay away for `LONG` times the median of their own gaps
between orders. Kinds are what customers buy most of, and what they are tagged with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from customers.alarms.window import Window, is_sure
from customers.models import Alarm
from customers.models.alarm import MOST_ROWS, Finding
from customers.significance import rate_rose

DAYS = 90
LONG = 2.5
FEWEST_ORDERS = 4  # three gaps: fewer tell nothing of a customer's own rhythm
SHORTEST_DAYS = 30.0
FEWEST = 5  # silent customers in the last days
TIMES, MANY_TIMES = 2.0, 4.0

# Every gap between two orders of a customer, and the one that goes on; who fell silent in it
# and when, and how long they were not yet silent in each of the two times. An order on the
# same day as another is no visit of its own.
SILENT_SQL = """
WITH visits AS (
    SELECT DISTINCT customer_id, date_trunc('day', placed_at) AS day FROM customers_order
    WHERE kind = 'sale' AND status <> 'cancelled' AND customer_id IS NOT NULL
      AND placed_at <= %(now)s
),
gaps AS (
    SELECT customer_id, day, lead(day) OVER (PARTITION BY customer_id ORDER BY day) AS next
    FROM visits
),
rhythm AS (
    SELECT customer_id, greatest(%(shortest)s, %(long)s * percentile_cont(0.5)
        WITHIN GROUP (ORDER BY extract(epoch FROM next - day) / 86400.0)) AS patience
    FROM gaps GROUP BY customer_id HAVING count(*) >= %(fewest)s
),
stays AS (
    SELECT g.customer_id, g.day AS since, g.day + r.patience * interval '1 day' AS silent_at,
        least(coalesce(g.next, %(now)s), g.day + r.patience * interval '1 day') AS until,
        g.next IS NULL AS goes_on, coalesce(g.next, %(now)s) AS ended
    FROM gaps g JOIN rhythm r USING (customer_id)
),
counted AS (
    SELECT customer_id,
        bool_or(goes_on AND silent_at > %(start)s AND silent_at <= ended) AS is_silent,
        count(*) FILTER (WHERE silent_at > %(start)s AND silent_at <= ended) AS silent,
        count(*) FILTER (WHERE silent_at > %(before)s AND silent_at <= %(start)s
            AND silent_at <= ended) AS former_silent,
        sum(greatest(0, extract(epoch FROM until - greatest(since, %(start)s)))) AS days,
        sum(greatest(0, extract(epoch FROM
            least(until, %(start)s) - greatest(since, %(before)s)))) AS former_days
    FROM stays GROUP BY customer_id
),
bought AS (
    SELECT o.customer_id, p.category, count(*) AS lines
    FROM customers_order o JOIN counted c ON c.customer_id = o.customer_id
    JOIN customers_orderline l ON l.order_id = o.id
    JOIN customers_product p ON p.id = l.product_id
    WHERE o.kind = 'sale' AND o.status <> 'cancelled' AND p.category <> ''
    GROUP BY o.customer_id, p.category
),
kinds AS (
    SELECT customer_id, 'category' AS by, category AS kind FROM (
        SELECT customer_id, category, lines,
            sum(lines) OVER (PARTITION BY customer_id) AS all_lines
        FROM bought
    ) shares WHERE 2 * lines >= all_lines
    UNION ALL
    SELECT c.customer_id, 'tag', tag FROM counted c
    JOIN customers_customer who ON who.id = c.customer_id, unnest(who.tags) AS tag
)
SELECT '' AS by, '' AS kind, {sums} FROM counted c
UNION ALL
SELECT k.by, k.kind, {sums} FROM counted c JOIN kinds k USING (customer_id) GROUP BY k.by, k.kind
ORDER BY 1, 2
"""
SUMS_SQL = """
sum(c.silent), sum(c.days), sum(c.former_silent), sum(c.former_days), count(*),
coalesce(array_agg(c.customer_id ORDER BY c.customer_id) FILTER (WHERE c.is_silent), '{}')
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """Customers of one kind: how often one fell silent in the last days and in the time
    before, and for how many seconds they were not silent (the exposure).
    """

    by: str
    name: str
    silent: int
    exposed: float
    former_silent: int
    former_exposed: float
    customers: int
    silent_pks: tuple[int, ...]

    @property
    def times(self) -> float:
        """The present rate as a multiple of the former; of half an event where there was none."""
        former = max(self.former_silent, 0.5) / max(self.former_exposed, 1.0)
        return self.silent / max(self.exposed, 1.0) / former


def find(now: datetime) -> Iterator[Finding]:
    """Kinds of customers that fall silent more often than in the year before and than all
    others do now, both by the conditional Poisson test.
    """
    window = Window(now, DAYS)
    kinds = _kinds(window)
    known = [kind for kind in kinds if kind.by]
    shop = next((kind for kind in kinds if not kind.by), None)
    if shop is None:
        return
    for kind in known:
        if len(kind.silent_pks) < FEWEST or kind.times < TIMES:
            continue
        probability = _chance(kind, shop)
        if is_sure(probability, len(known)):
            yield _finding(kind, probability)


def _chance(kind: Kind, shop: Kind) -> float:
    own = rate_rose(kind.silent, kind.exposed, kind.former_silent, kind.former_exposed)
    others = rate_rose(
        kind.silent, kind.exposed, shop.silent - kind.silent, shop.exposed - kind.exposed
    )
    return max(own, others)


def _kinds(window: Window) -> list[Kind]:
    asked: dict[str, Any] = {
        "now": window.now,
        "start": window.start,
        "before": window.before,
        "long": LONG,
        "shortest": SHORTEST_DAYS,
        "fewest": FEWEST_ORDERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(SILENT_SQL.format(sums=SUMS_SQL), asked)
        return [
            Kind(by, name, int(silent), float(days), int(former), float(former_days), n, tuple(pks))
            for by, name, silent, days, former, former_days, n, pks in cursor.fetchall()
            if n
        ]


def _finding(kind: Kind, probability: float) -> Finding:
    is_many = kind.times >= MANY_TIMES
    return Finding(
        key=f"{kind.by}:{kind.name}",
        name=kind.name,
        evidence={
            "by": kind.by,
            "days": DAYS,
            "silent": len(kind.silent_pks),
            "customers": kind.customers,
            "former_silent": kind.former_silent,
            "times": round(kind.times, 1),
            "p": probability,
        },
        rows_of=Alarm.RowsOf.CUSTOMERS,
        rows=kind.silent_pks[:MOST_ROWS],
        severity=Alarm.Severity.URGENT if is_many else Alarm.Severity.WARNING,
    )
