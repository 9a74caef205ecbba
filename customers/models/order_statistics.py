"""The sums over a customer's orders, recomputed for many customers in one statement."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from customers.models.exchange_rate import AMOUNT_SQL, RATE_SQL

# Which orders count: cancelled ones and those of the future do not.
COUNTS_SQL = "o.status <> 'cancelled' AND o.placed_at <= %(now)s"

# Sums per customer, in the currency of the customer's latest order, or in the base currency
# of the shop where a rate leads there. Amounts of other currencies cannot be added to it.
# Rows are locked in the order of their keys, so that two writers of many customers never
# deadlock; those that come out as they were are not written.
_FRESH_SQL = f"""
latest AS (
    SELECT DISTINCT ON (o.customer_id) o.customer_id,
        CASE WHEN {RATE_SQL} IS NULL THEN o.currency ELSE %(base)s END AS currency
    FROM customers_order o JOIN chosen ON chosen.id = o.customer_id
    WHERE {COUNTS_SQL}
    ORDER BY o.customer_id, o.placed_at DESC, o.id DESC
),
counted AS (
    SELECT o.customer_id, c.currency, o.kind, o.placed_at, {AMOUNT_SQL} AS amount
    FROM customers_order o JOIN latest c ON c.customer_id = o.customer_id
    WHERE {COUNTS_SQL}
),
sums AS (
    SELECT customer_id,
        count(*) FILTER (WHERE kind = 'sale') AS order_count,
        count(*) FILTER (WHERE kind = 'return') AS return_count,
        count(*) FILTER (WHERE kind = 'return')::float8 / count(*) AS return_rate,
        sum(amount) AS spent_total,
        round(avg(amount) FILTER (WHERE kind = 'sale'), 4) AS average_order_value,
        min(placed_at) FILTER (WHERE kind = 'sale') AS first_order_at,
        max(placed_at) FILTER (WHERE kind = 'sale') AS last_order_at,
        min(currency) AS currency
    FROM counted GROUP BY customer_id
),
days AS (
    SELECT DISTINCT customer_id, (placed_at AT TIME ZONE %(zone)s)::date AS bought_on
    FROM counted WHERE kind = 'sale'
),
gaps AS (
    SELECT customer_id, bought_on - lag(bought_on) OVER (
        PARTITION BY customer_id ORDER BY bought_on
    ) AS gap FROM days
),
habits AS (
    SELECT customer_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS typical_gap_days
    FROM gaps WHERE gap IS NOT NULL GROUP BY customer_id
),
fresh AS (
    SELECT chosen.id, coalesce(s.order_count, 0) AS order_count,
        coalesce(s.return_count, 0) AS return_count, s.return_rate,
        coalesce(s.spent_total, 0) AS spent_total, s.average_order_value,
        s.first_order_at, s.last_order_at, h.typical_gap_days,
        coalesce(s.currency, '') AS currency
    FROM chosen
    LEFT JOIN sums s ON s.customer_id = chosen.id
    LEFT JOIN habits h ON h.customer_id = chosen.id
)
"""  # noqa: S608  # fixed fragments alone
_COLUMNS = (
    *("order_count", "return_count", "return_rate", "spent_total", "average_order_value"),
    *("first_order_at", "last_order_at", "typical_gap_days", "currency"),
)
_STALE_SQL = f"""
({", ".join(f"c.{name}" for name in _COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"f.{name}" for name in _COLUMNS)})
"""
ORDER_STATISTICS_SQL = f"""
WITH chosen AS (
    SELECT id FROM customers_customer WHERE id = ANY(%(pks)s) ORDER BY id FOR NO KEY UPDATE
),
{_FRESH_SQL}
UPDATE customers_customer c SET {", ".join(f"{name} = f.{name}" for name in _COLUMNS)}
FROM fresh f WHERE c.id = f.id AND {_STALE_SQL}
"""  # noqa: S608
# Of all customers those whose sums are out of date, in one pass over the orders, locking none.
STALE_STATISTICS_SQL = f"""
WITH chosen AS MATERIALIZED (SELECT id FROM customers_customer),
{_FRESH_SQL}
SELECT c.id FROM customers_customer c JOIN fresh f ON c.id = f.id WHERE {_STALE_SQL} ORDER BY c.id
"""  # noqa: S608


def order_parameters() -> dict[str, Any]:
    """What the statements over orders ask for: `now`, the shop's `zone` and `base` currency
    (empty: none).
    """
    return {
        "now": timezone.now(),
        "zone": settings.TIME_ZONE,
        "base": settings.BASE_CURRENCY,
    }
