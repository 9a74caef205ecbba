"""A shop's medians, which its customers are read against; computed at most every few minutes."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from django.db import connection

from intelligence.engines.customer_features import ShopReference
from intelligence.purchases import orders_of_source

KEPT_SECONDS = 600.0

TASTE_SQL = """
SELECT avg(v.embedding)
FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
JOIN intelligence_productvector v ON v.product_id = l.product_id
WHERE o.source = %s AND o.kind = 'sale' AND o.customer_id IS NOT NULL
"""

_kept: dict[str, tuple[float, ShopReference]] = {}


def shop_reference(source: str) -> ShopReference:
    """The medians of the orders of `source`, as of its last sale."""
    at, reference = _kept.get(source, (-KEPT_SECONDS, None))
    if reference is None or time.monotonic() - at > KEPT_SECONDS:
        reference = _computed(source)
        _kept[source] = (time.monotonic(), reference)
    return reference


def forget() -> None:
    """Compute anew at the next call, because orders changed in bulk."""
    _kept.clear()


def _computed(source: str) -> ShopReference:
    reference = ShopReference.from_orders(orders_of_source(source))
    with connection.cursor() as cursor:
        cursor.execute(TASTE_SQL, [source])
        (mean,) = cursor.fetchone()
    if mean is None:
        return reference
    return replace(reference, taste=np.array(_numbers(mean), np.float32))


def _numbers(vector: object) -> list[float]:
    if isinstance(vector, str):  # psycopg gives the text form where no type is registered
        return [float(number) for number in vector.strip("[]").split(",")]
    return list(vector)  # type: ignore[call-overload]
