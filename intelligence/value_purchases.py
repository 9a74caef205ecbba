"""What customers bought day by day, read in bulk for the model of their value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from customers.models.exchange_rate import AMOUNT_SQL
from customers.models.order_statistics import COUNTS_SQL, order_parameters
from intelligence.engines.purchase_days import PurchaseDays

# One row for each customer and day with a sale; amounts that no rate leads to count 0.
PURCHASES_SQL = f"""
CREATE TEMP TABLE purchases AS
    SELECT o.customer_id AS id,
        ((o.placed_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-01')::bigint AS day,
        coalesce(sum(l.units), 0)::float8 AS units,
        coalesce(sum({AMOUNT_SQL}), 0)::float8 AS value
    FROM customers_order o
    JOIN customers_customer c ON c.id = o.customer_id
    LEFT JOIN (
        SELECT order_id, sum(quantity) AS units FROM customers_orderline
        WHERE kind = 'product' GROUP BY order_id
    ) l ON l.order_id = o.id
    WHERE {COUNTS_SQL} AND o.kind = 'sale'
        AND (%(source)s::text IS NULL OR c.source = %(source)s)
        AND NOT c.objects_to_profiling
    GROUP BY 1, 2
"""  # noqa: S608  # fixed fragments alone
COPY_SQL = "COPY purchases TO STDOUT (FORMAT BINARY)"
FORGET_SQL = "DROP TABLE IF EXISTS pg_temp.purchases"
CURRENCIES_SQL = """
SELECT id, currency FROM customers_customer
WHERE order_count > 0 AND (%(source)s::text IS NULL OR source = %(source)s)
"""
# A row of the binary COPY above: the number of fields, then each after its length.
ROW = np.dtype(
    [("fields", ">i2")]
    + [
        part
        for name, kind in (("id", ">i8"), ("day", ">i8"), ("units", ">f8"), ("value", ">f8"))
        for part in ((f"{name}_length", ">i4"), (name, kind))
    ]
)
HEAD_BYTES, END_BYTES = 19, 2


@dataclass(frozen=True, slots=True)
class Purchases:
    """What customers of a source bought: `pks` int64[n] by row, and the value that all
    amounts of a customer were divided by (`scale` float64[n], the median of their currency).
    """

    pks: NDArray[np.int64]
    days: PurchaseDays
    scale: NDArray[np.float64]
    today: int


def purchases_of_source(source: str | None) -> Purchases:
    """What the customers of a source (None: all customers) bought until now."""
    parameters = {**order_parameters(), "source": source}
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SQL)
        cursor.execute(PURCHASES_SQL, parameters)
        with cursor.copy(COPY_SQL) as copy:
            rows = np.frombuffer(b"".join(copy)[HEAD_BYTES:-END_BYTES], ROW)
        cursor.execute(FORGET_SQL)
        cursor.execute(CURRENCIES_SQL, {"source": source})
        currency_of = dict(cursor.fetchall())
    pks, place = np.unique(rows["id"].astype(np.int64), return_inverse=True)
    currencies = np.array([currency_of.get(pk, "") for pk in pks.tolist()], np.str_)
    value, day = rows["value"].astype(float), rows["day"].astype(float)
    scale = _medians(currencies, currencies[place], value)
    days = PurchaseDays.from_purchases(
        place.astype(np.int64), day, rows["units"].astype(float), value / scale[place]
    )
    return Purchases(pks, days, scale, int(day.max(initial=0)))


def _medians(
    currencies: NDArray[np.str_], of_purchase: NDArray[np.str_], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    """For each customer the median value of a purchase day in their currency."""
    scale = np.ones(len(currencies))
    for currency in np.unique(currencies):
        worth = value[(of_purchase == currency) & (value > 0)]
        if len(worth):
            scale[currencies == currency] = np.median(worth)
    return scale
