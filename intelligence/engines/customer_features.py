"""What is known of customers from their orders, in figures that no currency changes.

Every amount and every time is divided by the shop's own median (`ShopReference`), so a
head trained on one shop reads another whose orders are eight times as dear and three
times as far apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.recommendation import Histories

# Ratios beyond this are alike: no order is "10,000 times the median" to a head.
CEILING = 1000.0

NAMES = (
    "recency_days",
    "recency_in_own_gaps",
    "orders",
    "spent",
    "average_order_value",
    "units_per_order",
    "return_rate",
    "tenure_days",
    "gap_variation",
)


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders as flat arrays of equal length, in any order: row of the customer, time in
    days on any clock, total (of one currency; negative for returns), pieces, return or not.
    """

    customer_index: NDArray[np.int64]
    time_days: NDArray[np.float64]
    total: NDArray[np.float64]
    units: NDArray[np.float64]
    is_return: NDArray[np.bool_]

    def __post_init__(self) -> None:
        columns = (self.time_days, self.total, self.units, self.is_return)
        if any(len(column) != len(self.customer_index) for column in columns):
            raise ValueError("orders: the arrays differ in length")
        if not np.isfinite(np.concatenate(columns[:3])).all():
            raise ValueError("orders: times, totals and units must be finite")

    def __len__(self) -> int:
        return len(self.customer_index)

    def where(self, mask: NDArray[np.bool_]) -> Orders:
        """The orders that `mask` bool[n] chooses."""
        return Orders(
            self.customer_index[mask],
            self.time_days[mask],
            self.total[mask],
            self.units[mask],
            self.is_return[mask],
        )


@dataclass(frozen=True, slots=True)
class ShopReference:
    """A shop's medians, and the day that recency counts from.

    `gap_days` is between two sales of one customer, `spent` of a customer, `order_value`
    and `units` of a sale. `taste` float32[d] is the mean embedding of what is bought.
    """

    as_of: float
    gap_days: float
    spent: float
    order_value: float
    units: float
    taste: NDArray[np.float32] | None = None

    @classmethod
    def from_orders(
        cls,
        orders: Orders,
        as_of: float | None = None,
        purchases: Histories | None = None,
        embeddings: NDArray[np.float32] | None = None,
    ) -> ShopReference:
        """The medians of these orders; `as_of` is the last sale unless given. A shop where
        nobody came back yet takes 30 days as its gap.
        """
        sales = orders.where(~orders.is_return)
        customers = int(orders.customer_index.max()) + 1 if len(orders) else 0
        spent = np.bincount(orders.customer_index, orders.total, minlength=customers).astype(float)
        gaps, _ = _gaps(sales)
        taste = None
        if purchases is not None and embeddings is not None and len(purchases):
            taste = embeddings[purchases.item_index].mean(axis=0)
        return cls(
            as_of=as_of if as_of is not None else float(sales.time_days.max(initial=0.0)),
            gap_days=_median(gaps, 30.0),
            spent=_median(spent, 1.0),
            order_value=_median(sales.total, 1.0),
            units=_median(sales.units, 1.0),
            taste=taste,
        )


@dataclass(frozen=True, slots=True)
class Features:
    """One row a customer. `human` float64[n, 9] is what staff read (days, money, pieces),
    `scaled` the same columns (`NAMES`) as a head reads them; `semantic` float32[n, d] is
    the taste relative to the shop's (d = 0: unknown). `has_orders` False rows are zeros.
    """

    human: NDArray[np.float64]
    scaled: NDArray[np.float64]
    semantic: NDArray[np.float32]
    has_orders: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.human)

    def where(self, rows: NDArray[Any]) -> Features:
        """The customers that `rows` (mask or indexes) chooses."""
        return Features(
            self.human[rows], self.scaled[rows], self.semantic[rows], self.has_orders[rows]
        )

    @classmethod
    def joined(cls, parts: Sequence[Features]) -> Features:
        """The rows of several, one after another. Where one part has a taste and another has
        not, the unknown taste is the shop's own: zeros.
        """
        width = max((part.semantic.shape[1] for part in parts), default=0)
        tastes = [
            part.semantic if part.semantic.shape[1] else np.zeros((len(part), width), np.float32)
            for part in parts
        ]
        return cls(
            np.vstack([np.zeros((0, len(NAMES))), *(part.human for part in parts)]),
            np.vstack([np.zeros((0, len(NAMES))), *(part.scaled for part in parts)]),
            np.vstack([np.zeros((0, width), np.float32), *tastes]),
            np.concatenate([np.zeros(0, bool), *(part.has_orders for part in parts)]),
        )


def build_features(
    orders: Orders,
    customers: int,
    reference: ShopReference,
    purchases: Histories | None = None,
    embeddings: NDArray[np.float32] | None = None,
) -> Features:
    """Features of `customers` rows. `purchases` (user_index = customer row, item_index =
    row of `embeddings` float32[items, d]) make the semantic part: newest weigh most.
    Orders after `reference.as_of` count as of that day.
    """
    human = _human(orders, customers, reference)
    has_orders = human[:, NAMES.index("orders")] > 0
    human[~has_orders] = 0.0
    semantic = _semantic(customers, reference, purchases, embeddings)
    return Features(human, scaled(human, reference), semantic, has_orders)


def _human(orders: Orders, customers: int, reference: ShopReference) -> NDArray[np.float64]:
    sales = orders.where(~orders.is_return)
    count = np.bincount(sales.customer_index, minlength=customers).astype(float)
    returns = np.bincount(orders.customer_index, minlength=customers) - count
    some = np.maximum(count, 1)
    spent = np.bincount(orders.customer_index, orders.total, minlength=customers)
    sold = np.bincount(sales.customer_index, sales.total, minlength=customers)
    units = np.bincount(sales.customer_index, sales.units, minlength=customers)
    first = np.full(customers, np.inf)
    last = np.full(customers, -np.inf)
    np.minimum.at(first, sales.customer_index, sales.time_days)
    np.maximum.at(last, sales.customer_index, sales.time_days)
    recency = np.maximum(reference.as_of - last, 0)
    variation, typical = _rhythm(sales, customers, reference.gap_days)
    return np.column_stack(
        [
            recency,
            recency / typical,
            count,
            spent,
            sold / some,
            units / some,
            returns / np.maximum(count + returns, 1),
            np.maximum(reference.as_of - first, 0),
            variation,
        ]
    )


def scaled(human: NDArray[np.float64], reference: ShopReference) -> NDArray[np.float64]:
    """Times in gaps of the shop, amounts in its medians, as log(1 + ratio)."""
    units = {
        "recency_days": reference.gap_days,
        "spent": reference.spent,
        "average_order_value": reference.order_value,
        "units_per_order": reference.units,
        "tenure_days": reference.gap_days,
    }
    ratios = human / np.array([units.get(name, 1.0) for name in NAMES])
    return np.log1p(np.clip(ratios, 0, CEILING))


def _gaps(sales: Orders) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Days between neighbouring sales of one customer, and whose. Sales within a day
    are one visit: a basket split in two invoices is no habit.
    """
    order = np.lexsort((sales.time_days, sales.customer_index))
    who, when = sales.customer_index[order], sales.time_days[order]
    gaps = np.diff(when)
    apart = (np.diff(who) == 0) & (gaps >= 1.0)
    return gaps[apart], who[1:][apart]


def _rhythm(
    sales: Orders, customers: int, usual: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Variation (deviation / mean) of each customer's gaps, 1 below two gaps; and the
    customer's typical gap, drawn to the shop's by one imagined gap.
    """
    gaps, who = _gaps(sales)
    count = np.bincount(who, minlength=customers)
    total = np.bincount(who, gaps, minlength=customers)
    mean = total / np.maximum(count, 1)
    spread = np.bincount(who, (gaps - mean[who]) ** 2, minlength=customers)
    deviation = np.sqrt(spread / np.maximum(count, 1))
    variation = np.where(count >= 2, deviation / np.maximum(mean, 1e-9), 1.0)
    return variation, (total + usual) / (count + 1)


def _semantic(
    customers: int,
    reference: ShopReference,
    purchases: Histories | None,
    embeddings: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    if purchases is None or embeddings is None:
        return np.zeros((customers, 0), np.float32)
    weights = purchases.matrix(customers, len(embeddings))
    taste = np.asarray(weights @ embeddings, np.float32)
    known = np.asarray(weights.sum(axis=1)) > 0
    usual = 0.0 if reference.taste is None else reference.taste
    return np.where(known[:, None], taste - usual, 0).astype(np.float32)


def _median(values: NDArray[np.float64], otherwise: float) -> float:
    positive = values[values > 0]
    return float(np.median(positive)) if len(positive) else otherwise
