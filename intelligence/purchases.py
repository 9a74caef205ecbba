"""Orders and purchases as the arrays that the engines read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from customers.privacy.consents import allowed_sql
from customers.sql import rows_of
from intelligence.engines.customer_features import Orders
from intelligence.engines.recommendation import Histories
from intelligence.vectors import embedding_version, stacked

ORDERS_SQL = """
SELECT o.customer_id, extract(epoch FROM o.placed_at)::float8 / 86400, o.total::float8,
    coalesce(sum(l.quantity) FILTER (WHERE l.kind = 'product'), 0)::float8, o.kind = 'return'
FROM customers_order o LEFT JOIN customers_orderline l ON l.order_id = o.id
WHERE {chosen} AND o.status <> 'cancelled'
GROUP BY o.id
ORDER BY o.id
"""
PURCHASES_SQL = """
SELECT o.customer_id, l.product_id, extract(epoch FROM o.placed_at)::float8 / 86400
FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
WHERE {chosen} AND o.status <> 'cancelled' AND o.kind = 'sale'
  AND o.placed_at <= now() AND l.product_id IS NOT NULL
ORDER BY o.customer_id, o.placed_at, o.id, l.position
"""
# Of products that have a vector, for only those are fitted: counted otherwise, a product
# that cannot be read would make every fit look stale, and all customers be read for ever.
PURCHASE_COUNT_SQL = """
SELECT count(*)
FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
JOIN intelligence_productvector v ON v.product_id = l.product_id
WHERE {chosen} AND o.status <> 'cancelled' AND o.kind = 'sale'
  AND o.placed_at <= now() AND v.embedding_version = %s
"""
TASTE_SQL = """
SELECT vector_send(avg(v.embedding))
FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
JOIN intelligence_productvector v ON v.product_id = l.product_id
WHERE {chosen} AND o.status <> 'cancelled' AND o.kind = 'sale'
  AND o.placed_at <= now() AND v.embedding_version = %s
"""
# Who objects to profiling or refuses training is in no list, no sum and no fit.
WILLING = allowed_sql("profiling", "o.customer_id")
TRAINED_ON = f"{WILLING} AND {allowed_sql('training', 'o.customer_id')}"
OF_CUSTOMERS = "o.customer_id = ANY(%s)"
OF_SOURCE = f"o.source = %s AND o.customer_id IS NOT NULL AND {TRAINED_ON}"
CONSENTING = "o.customer_id IN (SELECT id FROM customers_customer WHERE marketing_consent)"
OF_CONSENTING = f"{CONSENTING} AND {WILLING}"
OF_EVERYBODY = f"o.customer_id IS NOT NULL AND {TRAINED_ON}"


def orders_of(customer_pks: Sequence[int]) -> Orders:
    """Orders of these customers; `customer_index` is the place in `customer_pks`."""
    table = rows_of(ORDERS_SQL.format(chosen=OF_CUSTOMERS), [list(customer_pks)])
    return _orders(table, {pk: row for row, pk in enumerate(customer_pks)})


def orders_of_source(source: str | None) -> Orders:
    """Orders of all customers of a source (None: of all sources), on rows of their own."""
    chosen, parameters = _chosen(source)
    table = rows_of(ORDERS_SQL.format(chosen=chosen), parameters)
    customers = sorted({line[0] for line in table})
    return _orders(table, {pk: row for row, pk in enumerate(customers)})


def purchases_of(customer_pks: Sequence[int], row_of_product: Mapping[int, int]) -> Histories:
    """What these customers bought, of the products that have a row; oldest first."""
    table = rows_of(PURCHASES_SQL.format(chosen=OF_CUSTOMERS), [list(customer_pks)])
    return _histories(table, {pk: row for row, pk in enumerate(customer_pks)}, row_of_product)


def purchases_of_consenting(
    row_of_product: Mapping[int, int],
) -> tuple[list[int], Histories]:
    """The customers who agreed to marketing and bought something of these products, and
    what they bought; `user_index` is the place among them.
    """
    table = rows_of(PURCHASES_SQL.format(chosen=OF_CONSENTING), [])
    customers = sorted({line[0] for line in table if line[1] in row_of_product})
    rows = {pk: row for row, pk in enumerate(customers)}
    known = [line for line in table if line[0] in rows]
    return customers, _histories(known, rows, row_of_product)


def all_purchases(row_of_product: Mapping[int, int]) -> Histories:
    """What all customers bought, of the products that have a row."""
    table = rows_of(PURCHASES_SQL.format(chosen=OF_EVERYBODY), [])
    customers = {pk: row for row, pk in enumerate(sorted({line[0] for line in table}))}
    return _histories(table, customers, row_of_product)


def purchase_count() -> int:
    """How many purchases `all_purchases` finds of the products that have a vector in use."""
    statement = PURCHASE_COUNT_SQL.format(chosen=OF_EVERYBODY)
    return rows_of(statement, [embedding_version()])[0][0]


def taste_of_source(source: str | None) -> NDArray[np.float32] | None:
    """The mean embedding of what customers bought of a source (None: of all sources);
    None where nothing was.
    """
    chosen, parameters = _chosen(source)
    table = rows_of(TASTE_SQL.format(chosen=chosen), [*parameters, embedding_version()])
    mean = table[0][0]
    return None if mean is None else stacked([mean])[0]


def _chosen(source: str | None) -> tuple[str, list[Any]]:
    return (OF_EVERYBODY, []) if source is None else (OF_SOURCE, [source])


def _orders(table: list[tuple], row_of_customer: Mapping[int, int]) -> Orders:
    customers, days, totals, units, returns = zip(*table, strict=True) if table else ([],) * 5
    return Orders(
        np.array([row_of_customer[pk] for pk in customers], np.int64),
        np.array(days, np.float64),
        np.array(totals, np.float64),
        np.array(units, np.float64),
        np.array(returns, np.bool_),
    )


def _histories(
    table: list[tuple], row_of_customer: Mapping[int, int], row_of_product: Mapping[int, int]
) -> Histories:
    known = [
        (row_of_customer[customer], row_of_product[product], days)
        for customer, product, days in table
        if product in row_of_product
    ]
    users, items, days = zip(*known, strict=True) if known else ([], [], [])
    return Histories(
        np.array(users, np.int64), np.array(items, np.int64), np.array(days, np.float64)
    )
