"""The next best products for a group of customers: what is recommended most among them.

Each customer's stored list counts by 1 / log2(1 + rank), as a reader goes down a list. A
mean taste would recommend a group of gardeners and cooks what neither wants; the lists of
its members do not. Of a large group the `MOST_MEMBERS` who ordered last are asked: they are
the ones whom an offer reaches, and the answer takes as long for a million as for five
thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from customers.models import Customer, Product, Recommendation

MOST_MEMBERS = 5000
SHOWN = 10

NEXT_BEST_SQL = """
SELECT r.product_id, count(*), sum(1 / log(2, 1 + r.rank))::float
FROM customers_recommendation r JOIN customers_product p ON p.id = r.product_id
WHERE r.customer_id = ANY(%(members)s) AND r.method = %(method)s
  AND p.is_active AND (p.stock IS NULL OR p.stock > 0)
GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT %(count)s
"""


@dataclass(frozen=True, slots=True)
class NextBest:
    """A product for a group: how many of its members it is recommended to, of how many."""

    product: Product
    members: int
    asked: int
    score: float

    @property
    def share(self) -> float:
        """The share of the members who were asked."""
        return self.members / self.asked


def in_segment(slug: str) -> tuple[Any, Any]:
    """The customers of a segment: those of whom staff decided so, and those of whom only the
    model says so. Two querysets, for each has an index of its own.
    """
    suggested = Customer.objects.filter(segment__isnull=True, suggested_segment=slug)
    return Customer.objects.filter(segment=slug), suggested


def next_best(*groups: Any, count: int = SHOWN) -> list[NextBest]:
    """What to offer these customers (querysets) next, best first, of what is on sale.

    Who never ordered has no list from purchases and is not asked.
    """
    members = [
        pk
        for customers in groups
        for pk in customers.filter(last_order_at__isnull=False)
        .order_by("-last_order_at")
        .values_list("pk", flat=True)[:MOST_MEMBERS]
    ]
    if not members:
        return []
    parameters: dict[str, Any] = {
        "members": members,
        "method": Recommendation.Method.PURCHASES,
        "count": count,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEXT_BEST_SQL, parameters)
        rows = cursor.fetchall()
    products = Product.objects.defer("search").in_bulk([pk for pk, *_ in rows])
    return [NextBest(products[pk], n, len(members), score) for pk, n, score in rows]
