"""One customer's list, worked out from the records of this moment.

The web process does this itself: it reads the vectors of the latest purchases, folds the
customer in by the engine, and asks the index for the best products that the filters allow.
No model is loaded and nothing waits for a worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.core.cache import cache
from numpy.typing import NDArray

from customers.complaints import Complaint, complaints_of
from customers.holdout import arm_of
from customers.models import Arm, Customer, ModelVersion, Purpose, Recommendation
from customers.next_best import in_segment, next_best
from customers.periods import shop_now
from customers.privacy.consents import allows
from customers.sql import rows_of
from intelligence.engines.diversity import diversified
from intelligence.engines.recommendation import Histories, ItemFactors, fold_in_many, likeness
from intelligence.recommending.candidates import Allowed, Candidates, best, most_popular, named
from intelligence.recommending.index import fitted
from intelligence.recommending.reasons import popular, reasons_of
from intelligence.recommending.wanted import Listed, Wanted
from intelligence.shop_recommender import factors_of
from intelligence.vectors import stacked

# So many of the latest purchases are read: more than the engine gives weight to, so that the
# list is the one a worker stores, and its price the same for ten purchases and ten thousand.
READ_PURCHASES = 200
SEGMENT_SECONDS = 600
SEGMENT_POOL = 50

Method = Recommendation.Method

HISTORY_SQL = """
SELECT v.product_id, p.name, extract(epoch FROM o.placed_at)::float8 / 86400,
    vector_send(v.target), vector_send(v.context)
FROM customers_order o
JOIN customers_orderline l ON l.order_id = o.id
JOIN intelligence_productvector v ON v.product_id = l.product_id
JOIN customers_product p ON p.id = l.product_id
WHERE o.customer_id = %s AND o.status <> 'cancelled' AND o.kind = 'sale'
  AND o.placed_at <= now() AND v.recommender_id = %s
ORDER BY o.placed_at DESC, o.id DESC, l.position DESC
LIMIT %s
"""
BOUGHT_SQL = """
SELECT DISTINCT l.product_id
FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
WHERE o.customer_id = %s AND o.status <> 'cancelled' AND o.kind = 'sale'
  AND o.placed_at <= now() AND l.product_id IS NOT NULL
  AND (%s::timestamptz IS NULL OR o.placed_at >= %s)
"""


@dataclass(frozen=True, slots=True)
class LiveList:
    """A list with where it comes from, the group of the customer, and what was left out
    because the customer complained about it.
    """

    items: list[Listed]
    arm: Arm
    model_version: str
    complaints: list[Complaint]

    @property
    def method(self) -> str:
        """Where the best product comes from; "" for an empty list."""
        return self.items[0].method if self.items else ""


@dataclass(frozen=True, slots=True)
class History:
    """The latest purchases, oldest first; arrays and lists by purchase."""

    product_pks: list[int]
    names: list[str]
    days: NDArray[np.float64]
    targets: NDArray[np.float32]
    contexts: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.product_pks)


def live_list(customer: Customer, wanted: Wanted) -> LiveList:
    """The list of this customer now: from their purchases, else from what is recommended to
    their segment, else from what sells; for the comparison group from what sells alone.
    """
    arm, complaints = arm_of(customer.pk), complaints_of([customer.pk])
    found = fitted()
    if found is None:
        return LiveList([], arm, "", complaints)
    version_pk, dimension = found
    version = ModelVersion.objects.get(pk=version_pk)
    allowed = _allowed(customer, wanted, version_pk, dimension, complaints)
    items: list[Listed] = []
    if arm == Arm.MODEL and allows(customer, Purpose.PROFILING):
        history = _history(customer.pk, version_pk)
        items = _from_purchases(history, allowed, wanted, version) if len(history) else []
        items = items or _from_segment(customer, allowed, wanted)
    items += _popular(allowed, wanted, without=[item.product for item in items])
    return LiveList(items[: wanted.count], arm, version.sha256, complaints)


def bought_recently(customer_pk: int) -> list[int]:
    """What this customer bought and is not to be offered again."""
    days = settings.RECOMMENDATION_BUY_AGAIN_DAYS
    since = shop_now() - timedelta(days=days) if days else None
    return [pk for (pk,) in rows_of(BOUGHT_SQL, [customer_pk, since, since])]


def _allowed(
    customer: Customer,
    wanted: Wanted,
    version: int,
    dimension: int,
    complaints: Sequence[Complaint],
) -> Allowed:
    barred = {complaint.product_id for complaint in complaints}
    return Allowed(
        version=version,
        dimension=dimension,
        source=customer.source if _sells(customer.source, version) else None,
        without=sorted(barred.union(bought_recently(customer.pk))),
        without_kinds=sorted({complaint.kind for complaint in complaints} - {""}),
        category=wanted.category,
        min_price=wanted.min_price,
        max_price=wanted.max_price,
        currency=wanted.currency,
    )


def _sells(source: str, version: int) -> bool:
    """Whether a source has products of its own among those fitted; others are offered all."""
    key = f"sells:{version}:{source}"
    statement = """
    SELECT EXISTS (
        SELECT 1 FROM customers_product p JOIN intelligence_productvector v ON v.product_id = p.id
        WHERE p.source = %s AND v.recommender_id = %s
    )
    """
    found = cache.get_or_set(
        key, lambda: bool(rows_of(statement, [source, version])[0][0]), SEGMENT_SECONDS
    )
    return bool(found)


def _history(customer_pk: int, version: int) -> History:
    rows = rows_of(HISTORY_SQL, [customer_pk, version, READ_PURCHASES])[::-1]
    return History(
        product_pks=[row[0] for row in rows],
        names=[row[1] for row in rows],
        days=np.array([row[2] for row in rows], np.float64),
        targets=stacked([row[3] for row in rows]),
        contexts=stacked([row[4] for row in rows]),
    )


def _from_purchases(
    history: History, allowed: Allowed, wanted: Wanted, version: ModelVersion
) -> list[Listed]:
    own = factors_of(version, history.targets, history.contexts)
    rows = np.arange(len(history))
    histories = Histories(np.zeros(len(history), np.int64), rows, history.days)
    folded = fold_in_many(own, histories, 1)[0]
    if not folded[:-1].any():
        return []
    found = best(allowed, folded, wanted.pool)
    if not len(found):
        return []
    scores = found.targets @ folded
    chosen = diversified(scores, likeness(found.targets), wanted.count, wanted.diversity)
    reasons = _reasons(own, history, histories, found, chosen, version)
    return [
        Listed(
            product=found.product_pks[row],
            score=float(scores[row]),
            base_score=float(found.targets[row, -1]),
            method=Method.PURCHASES,
            reasons=why,
        )
        for row, why in zip(chosen, reasons, strict=True)
        if why
    ]


def _reasons(
    own: ItemFactors,
    history: History,
    histories: Histories,
    found: Candidates,
    chosen: NDArray[np.int64],
    version: ModelVersion,
) -> list[list[dict[str, Any]]]:
    """As for stored lists: the bought products, and behind them the chosen ones."""
    nothing = np.zeros((len(chosen), own.contexts.shape[1]), np.float32)
    both = factors_of(
        version,
        np.vstack([own.targets, found.targets[chosen]]),
        np.vstack([own.contexts, nothing]),
    )
    weights = histories.matrix(1, len(both))
    names = dict(zip(history.product_pks, history.names, strict=True))
    items = np.arange(len(own), len(both))
    return reasons_of(both, weights, 0, items, history.product_pks, names)


def _from_segment(customer: Customer, allowed: Allowed, wanted: Wanted) -> list[Listed]:
    segment = customer.effective_segment_id
    if not segment:
        return []
    offered = segment_offer(segment)
    found = named(allowed, list(offered))
    kept = [pk for pk in offered if pk in found]
    return [
        Listed(pk, offered[pk], found[pk], Method.SEGMENT, segment_reasons(segment, found[pk]))
        for pk in kept[: wanted.count]
    ]


def segment_offer(segment: str) -> dict[int, float]:
    """What is recommended most to customers of a segment, best first, with its score from
    0 to 1; as of the last ten minutes.
    """
    found = cache.get_or_set(
        f"segment-offer:{segment}",
        lambda: {
            one.product.pk: one.score / one.asked
            for one in next_best(*in_segment(segment), count=SEGMENT_POOL)
        },
        SEGMENT_SECONDS,
    )
    return dict(found or {})


def segment_reasons(segment: str, base_score: float) -> list[dict[str, Any]]:
    """Why a product is in a list that comes from the segment."""
    return [{"kind": "segment", "name": segment, "weight": 0.0}, *popular(base_score)]


def _popular(allowed: Allowed, wanted: Wanted, without: Iterable[int]) -> list[Listed]:
    """What sells, of what is left; nothing is popular that nobody bought."""
    method = Method.CATEGORY if wanted.category else Method.POPULARITY
    shown = set(without)
    if len(shown) >= wanted.count:
        return []
    found = most_popular(allowed, wanted.count + len(shown))
    return [
        Listed(pk, bias, bias, method, popular(bias))
        for pk, bias in found
        if pk not in shown and popular(bias)
    ]
