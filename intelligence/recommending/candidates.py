"""The best products that the filters allow, found by the database.

The index gives the nearest products in turn and the filters are asked of each as it comes
(pgvector's iterative scan), so a filter never costs a list its length. When the filters
leave so few that the scan ends before enough were found, the few are scored one by one:
a search is complete either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from customers.sql import rows_of
from intelligence.vectors import stacked

# The width of the search in the graph. Recall@10 against the exact answer is measured by
# `manage.py benchmark serving`.
SEARCH_WIDTH = 120
# After so many products that the filters refused, the exact way is quicker.
MOST_SCANNED = 4000
SMALL_CATEGORY = 1000  # products

ALLOWED = """
    v.recommender_id = {version}
    AND p.is_active AND (p.stock IS NULL OR p.stock > 0)
    AND (%(source)s::text IS NULL OR p.source = %(source)s)
    AND v.product_id <> ALL(%(without)s::bigint[])
    AND p.category <> ALL(%(without_kinds)s::text[])
    {category} {prices}
"""
NEAREST_SQL = """
SELECT v.product_id, vector_send(v.target)
FROM intelligence_productvector v JOIN customers_product p ON p.id = v.product_id
WHERE {allowed}
ORDER BY v.target::halfvec({dimension}) <#> %(folded)s::vector::halfvec({dimension})
LIMIT %(count)s
"""
EXACT_SQL = """
WITH allowed AS MATERIALIZED (
    SELECT v.product_id
    FROM intelligence_productvector v JOIN customers_product p ON p.id = v.product_id
    WHERE {allowed}
)
SELECT v.product_id, vector_send(v.target)
FROM allowed JOIN intelligence_productvector v USING (product_id)
ORDER BY v.target <#> %(folded)s::vector, v.product_id
LIMIT %(count)s
"""
POPULAR_SQL = """
SELECT v.product_id, v.bias
FROM intelligence_productvector v JOIN customers_product p ON p.id = v.product_id
WHERE {allowed}
ORDER BY v.bias DESC, v.product_id
LIMIT %(count)s
"""
NAMED_SQL = """
SELECT v.product_id, v.bias
FROM intelligence_productvector v JOIN customers_product p ON p.id = v.product_id
WHERE {allowed} AND v.product_id = ANY(%(named)s)
"""
CATEGORY_SQL = """
SELECT count(*) FROM (
    SELECT 1 FROM customers_product WHERE category = %(category)s LIMIT %(most)s
) AS few
"""
SETTINGS_SQL = """
SELECT set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', %s, true),
    set_config('hnsw.max_scan_tuples', %s, true)
"""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be in a list: of the fit `version`, on sale, of `source` (None: of any), not
    among the products `without` nor of the categories `without_kinds`; of `category` and in
    the band of prices where these are asked for.
    """

    version: int
    dimension: int
    source: str | None
    without: Sequence[int]
    without_kinds: Sequence[str]
    category: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    currency: str = ""

    def statement(self, template: str) -> str:
        """The statement with these filters. Numbers that the planner must know, to find the
        index, stand in it as literals.
        """
        category = "AND p.category = %(category)s" if self.category else ""
        prices = "".join(
            f" AND {condition}"
            for condition, is_asked in (
                ("p.price >= %(min_price)s", self.min_price is not None),
                ("p.price <= %(max_price)s", self.max_price is not None),
                ("p.currency = %(currency)s", bool(self.currency)),
            )
            if is_asked
        )
        allowed = ALLOWED.format(version=int(self.version), category=category, prices=prices)
        return template.format(allowed=allowed, dimension=int(self.dimension))

    def parameters(self, **more: Any) -> dict[str, Any]:
        """What goes with the statement."""
        return {
            "source": self.source,
            "without": list(self.without),
            "without_kinds": list(self.without_kinds),
            "category": self.category,
            "min_price": self.min_price,
            "max_price": self.max_price,
            "currency": self.currency,
            **more,
        }


@dataclass(frozen=True, slots=True)
class Candidates:
    """Products with their target vectors float32[n, k + 1], in the order of their scores."""

    product_pks: list[int]
    targets: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.product_pks)


def best(allowed: Allowed, folded: NDArray[np.float32], count: int) -> Candidates:
    """The `count` allowed products with the highest q_i·p_u, where `folded` is p_u."""
    parameters = allowed.parameters(folded=_as_text(folded), count=count)
    rows = [] if _is_small(allowed.category) else _nearest(allowed, parameters, count)
    if len(rows) < count:
        rows = rows_of(allowed.statement(EXACT_SQL), parameters)
    return Candidates([pk for pk, _ in rows], stacked([vector for _, vector in rows]))


def _nearest(allowed: Allowed, parameters: dict[str, Any], count: int) -> list[tuple[Any, ...]]:
    """By the index, as far as it is walked along."""
    width = str(max(SEARCH_WIDTH, 2 * count))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SETTINGS_SQL, [width, "relaxed_order", str(MOST_SCANNED)])
        cursor.execute(allowed.statement(NEAREST_SQL), parameters)
        return cursor.fetchall()


def _is_small(category: str) -> bool:
    """Whether a category is asked for that is quicker scored through than waded for."""
    if not category:
        return False
    parameters = {"category": category, "most": SMALL_CATEGORY + 1}
    return int(rows_of(CATEGORY_SQL, parameters)[0][0]) <= SMALL_CATEGORY


def most_popular(allowed: Allowed, count: int) -> list[tuple[int, float]]:
    """The `count` allowed products that sell best, each with its b_i."""
    return rows_of(allowed.statement(POPULAR_SQL), allowed.parameters(count=count))


def named(allowed: Allowed, product_pks: Sequence[int]) -> dict[int, float]:
    """Those of these products that are allowed, each with its b_i."""
    parameters = allowed.parameters(named=list(product_pks))
    return dict(rows_of(allowed.statement(NAMED_SQL), parameters))


def _as_text(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(map(repr, vector.tolist())) + "]"
