"""Sums over a scope, read from the sums of days and weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from customers.insight.scope import Scope
from customers.models import DailySales, DailyVoice, ProductSales
from customers.periods import Period

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sales:
    """Sums of orders: see `DailySales`."""

    orders: int = 0
    returns: int = 0
    new_customers: int = 0
    guest_orders: int = 0
    units: int = 0
    revenue: Decimal = Decimal(0)
    new_revenue: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)

    def __add__(self, other: Sales) -> Sales:
        return Sales(*(getattr(self, name) + getattr(other, name) for name in SUMS))

    @property
    def repeat_orders(self) -> int:
        """Orders of customers who had bought before."""
        return self.orders - self.new_customers - self.guest_orders

    @property
    def order_value(self) -> Decimal | None:
        """What a sale brings in the mean."""
        return self.revenue / self.orders if self.orders else None

    @property
    def return_rate(self) -> float | None:
        """The share of returns among all orders."""
        placed = self.orders + self.returns
        return self.returns / placed if placed else None


SUMS = tuple(field.name for field in fields(Sales))
NOTHING = Sales()


def total(sums: Iterable[Sales]) -> Sales:
    """All of them together."""
    return sum(sums, start=NOTHING)


def sales_of(scope: Scope) -> QuerySet[DailySales]:
    """The rows that the scope covers."""
    days = DailySales.objects.filter(day_on__range=(scope.period.first, scope.period.last))
    rows = days.filter(currency=scope.currency)
    return rows if scope.source is None else rows.filter(source=scope.source)


def sales_by(scope: Scope, column: str) -> dict[Any, Sales]:
    """The sums for each value of a column of `DailySales`, such as day or country."""
    # names of their own, for a sum named as its column would hide it
    sums = {f"sum_{name}": Sum(name) for name in SUMS}
    counted = sales_of(scope).values(column).annotate(**sums).order_by(column)
    return {row[column]: Sales(*(row[name] for name in sums)) for row in counted}


@dataclass(frozen=True, slots=True)
class ProductSum:
    """What a product, or a category, sold in a period and in the one before."""

    key: Any
    name: str
    orders: int
    revenue: Decimal
    orders_before: int
    revenue_before: Decimal

    @property
    def change(self) -> Decimal:
        """By how much the revenue rose."""
        return self.revenue - self.revenue_before


# Whole weeks are summed already, and blocks of them; the days before the first and after the
# last whole week of a period are read from the orders. `now` tells both periods apart.
SOLD_SQL = """
    SELECT {now} AS now, product_id, orders, revenue FROM customers_productsales
    WHERE weeks = {weeks} AND week_on >= %({name}_first)s AND week_on <= %({name}_last)s
      AND currency = %(currency)s AND (%(source)s::text IS NULL OR source = %(source)s) {only}
"""
EDGE_SQL = """
    SELECT {now}, l.product_id, count(DISTINCT o.id), sum(l.amount)
    FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.placed_at >= %({name}_start)s AND o.placed_at < %({name}_end)s
      AND o.status <> 'cancelled' AND o.kind = 'sale' AND l.kind = 'product'
      AND o.currency = %(currency)s AND (%(source)s::text IS NULL OR o.source = %(source)s) {only}
    GROUP BY l.product_id
"""
COMPARED_SQL = """
WITH sold AS ({parts}),
summed AS (
    SELECT {key} AS key, {label} AS name,
        coalesce(sum(orders) FILTER (WHERE now), 0)::bigint AS orders,
        coalesce(sum(revenue) FILTER (WHERE now), 0) AS revenue,
        coalesce(sum(orders) FILTER (WHERE NOT now), 0)::bigint AS orders_before,
        coalesce(sum(revenue) FILTER (WHERE NOT now), 0) AS revenue_before
    FROM {source} GROUP BY 1, 2
)
SELECT * FROM summed ORDER BY revenue DESC, key
"""
# Summed by product first: the names of a few thousand are then looked up, not of all rows.
PRODUCTS = """
    (SELECT now, product_id, sum(orders) AS orders, sum(revenue) AS revenue
     FROM sold GROUP BY 1, 2) AS by_product
    JOIN customers_product p ON p.id = by_product.product_id
"""


def product_parts(scope: Scope, product: int | None = None) -> tuple[str, dict[str, Any]]:
    """SQL of what was sold of all products, or of one, in the scope and in the one before,
    with its parameters: rows of (now, product_id, orders, revenue).
    """
    parameters: dict[str, Any] = {"currency": scope.currency, "source": scope.source}
    parts, only = [], ""
    if product is not None:
        parameters["product"], only = product, "AND product_id = %(product)s"
    for now, period in (("true", scope.period), ("false", scope.period.before())):
        weeks, edges = whole_weeks(period)
        for number, (length, run) in enumerate(blocks_and_weeks(weeks) if weeks else ()):
            name = f"w_{now}_{number}"
            parts.append(SOLD_SQL.format(now=now, weeks=length, name=name, only=only))
            parameters |= {f"{name}_first": run.first, f"{name}_last": run.last}
        for number, edge in enumerate(edges):
            name = f"e_{now}_{number}"
            parts.append(EDGE_SQL.format(now=now, name=name, only=only))
            parameters |= {f"{name}_start": edge.start, f"{name}_end": edge.end}
    return " UNION ALL ".join(parts), parameters


def whole_weeks(period: Period) -> tuple[Period | None, list[Period]]:
    """The whole weeks of a period as one, and what lies before and after them."""
    first = period.first + (-period.first.weekday() % 7) * DAY
    last = period.last - ((period.last.weekday() + 1) % 7) * DAY
    if last < first:
        return None, [period]
    edges = [Period(period.first, first - DAY), Period(last + DAY, period.last)]
    return Period(first, last), [edge for edge in edges if edge.first <= edge.last]


def blocks_and_weeks(weeks: Period) -> list[tuple[int, Period]]:
    """Whole weeks as blocks of them, and the weeks before and after: (weeks a row, period)."""
    length = ProductSales.BLOCK_WEEKS * 7
    offset = (weeks.first - ProductSales.FIRST_BLOCK).days
    first = weeks.first + (-offset % length) * DAY
    whole = ((weeks.last - first).days + 1) // length * length
    if whole <= 0:
        return [(1, weeks)]
    blocks = Period(first, first + (whole - 1) * DAY)
    ends = [Period(weeks.first, first - DAY), Period(blocks.last + DAY, weeks.last)]
    runs = [(1, end) for end in ends if end.first <= end.last]
    return [(ProductSales.BLOCK_WEEKS, blocks), *runs]


def compared(scope: Scope, *, by_category: bool = False) -> list[ProductSum]:
    """Products (or their categories) with what they sold now and before, best first."""
    parts, parameters = product_parts(scope)
    key, label = ("p.category", "p.category") if by_category else ("p.id", "p.name")
    statement = COMPARED_SQL.format(parts=parts, key=key, label=label, source=PRODUCTS)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [ProductSum(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Voice:
    """Sums of texts: see `DailyVoice`."""

    texts: int = 0
    negative: int = 0
    score_total: float = 0.0

    def __add__(self, other: Voice) -> Voice:
        return Voice(
            self.texts + other.texts,
            self.negative + other.negative,
            self.score_total + other.score_total,
        )

    @property
    def score(self) -> float | None:
        """The mean score."""
        return self.score_total / self.texts if self.texts else None


def voices(period: Period, kinds: Sequence[str]) -> list[tuple[date, str, str, Voice]]:
    """Day, kind, topic and sums of the kinds of texts, in the order of the days."""
    rows = DailyVoice.objects.filter(kind__in=kinds, day_on__range=(period.first, period.last))
    listed = rows.order_by("day_on").values_list(
        "day_on", "kind", "topic", "texts", "negative", "score_total"
    )
    return [
        (day, kind, topic, Voice(texts, negative, score))
        for day, kind, topic, texts, negative, score in listed
    ]
