"""Lists for many customers at once, as they are stored: by matrix products, in a worker.

The same rules as in `live`, in the same order, so that both give one list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from customers.complaints import Complaint, complaints_of
from customers.holdout import arm_of
from customers.models import Arm, Customer, Product, Recommendation
from customers.periods import shop_now
from intelligence import shop_recommender
from intelligence.engines.recommendation import Histories, Ranked
from intelligence.purchases import purchases_of
from intelligence.recommending.live import SEGMENT_POOL, segment_offer, segment_reasons
from intelligence.recommending.wanted import COUNT, Listed, Reason, default_diversity
from intelligence.shop_recommender import ShopRecommender

Method = Recommendation.Method
Columns = tuple[NDArray[np.int64], NDArray[np.int64]]


def lists_of(customers: Sequence[Customer]) -> dict[int, list[Recommendation]]:
    """The rows to store for each of these customers, by key; empty before the first fit."""
    engine = shop_recommender.current()
    if engine is None:
        return {}
    pks = [customer.pk for customer in customers]
    histories = purchases_of(pks, engine.row_of_product)
    barred = _barred(engine, pks, histories)
    holdout = np.array([arm_of(pk) == Arm.HOLDOUT for pk in pks], np.bool_)
    ranked = engine.recommend(
        histories,
        [customer.source for customer in customers],
        COUNT,
        barred=barred,
        popular_only=holdout,
        diversity=default_diversity(),
    )
    reasons = engine.reasons(histories, ranked)
    lists = [_listed(engine, *pair) for pair in zip(ranked, reasons, strict=True)]
    offers = _offers(engine, customers, ranked, holdout, barred)
    return {
        pk: _rows(engine, pk, [*offers.get(place, []), *listed])
        for place, (pk, listed) in enumerate(zip(pks, lists, strict=True))
    }


def _barred(engine: ShopRecommender, pks: Sequence[int], histories: Histories) -> csr_array:
    """What is not to be shown [customers, products]: bought, or complained about."""
    days = settings.RECOMMENDATION_BUY_AGAIN_DAYS
    recent = histories
    if days:
        since = (shop_now() - timedelta(days=days)).timestamp() / 86400
        recent = histories.where(histories.time_days >= since)
    bought = engine.bought(recent, len(pks))
    complaints = complaints_of(pks)
    if not complaints:
        return bought
    rows, columns = _suppressed(engine, {pk: row for row, pk in enumerate(pks)}, complaints)
    ones = np.ones(len(rows), np.float32)
    return csr_array(bought + coo_array((ones, (rows, columns)), shape=bought.shape).tocsr())


def _suppressed(
    engine: ShopRecommender, row_of_customer: dict[int, int], complaints: Iterable[Complaint]
) -> Columns:
    """Places of the products complained about, and of those of their kind."""
    kinds = {complaint.kind for complaint in complaints} - {""}
    products_of: dict[str, list[int]] = {kind: [] for kind in kinds}
    for pk, kind in Product.objects.filter(category__in=kinds).values_list("pk", "category"):
        products_of[kind].append(pk)
    pairs = {
        (row_of_customer[complaint.customer_id], engine.row_of_product[product])
        for complaint in complaints
        for product in [complaint.product_id, *products_of.get(complaint.kind, [])]
        if product in engine.row_of_product
    }
    rows, columns = zip(*sorted(pairs), strict=True) if pairs else ((), ())
    return np.array(rows, np.int64), np.array(columns, np.int64)


def _listed(
    engine: ShopRecommender, ranked: Ranked, reasons: Sequence[list[Reason]]
) -> list[Listed]:
    """The products that have a reason: nothing is popular that nobody bought."""
    method = Method.POPULARITY if ranked.popular else Method.PURCHASES
    return [
        Listed(
            product=engine.product_pks[item],
            score=float(score),
            base_score=float(engine.factors.biases[item]),
            method=method,
            reasons=why,
        )
        for item, score, why in zip(ranked.items, ranked.scores, reasons, strict=True)
        if why
    ]


def _offers(
    engine: ShopRecommender,
    customers: Sequence[Customer],
    ranked: Sequence[Ranked],
    holdout: NDArray[np.bool_],
    barred: csr_array,
) -> dict[int, list[Listed]]:
    """By place, what comes first for customers of whom only the segment is known."""
    places = [
        place
        for place, customer in enumerate(customers)
        if ranked[place].popular and not holdout[place] and customer.effective_segment_id
    ]
    if not places:
        return {}
    offered = engine.offered([customers[place].source for place in places])
    found = {}
    for place, open_to in zip(places, offered, strict=True):
        segment = customers[place].effective_segment_id or ""
        refused = set(barred.indices[barred.indptr[place] : barred.indptr[place + 1]].tolist())
        known = (
            (pk, score, engine.row_of_product[pk])
            for pk, score in segment_offer(segment).items()
            if pk in engine.row_of_product
        )
        found[place] = [
            _from_segment(segment, pk, score, float(engine.factors.biases[row]))
            for pk, score, row in known
            if open_to[row] and row not in refused
        ][:SEGMENT_POOL]
    return found


def _from_segment(segment: str, pk: int, score: float, bias: float) -> Listed:
    return Listed(pk, score, bias, Method.SEGMENT, segment_reasons(segment, bias))


def _rows(engine: ShopRecommender, customer: int, listed: Sequence[Listed]) -> list[Recommendation]:
    """The first `COUNT`, each product once."""
    first: dict[int, Listed] = {}
    for one in listed:
        first.setdefault(one.product, one)
    now = timezone.now()
    return [
        Recommendation(
            customer_id=customer,
            product_id=one.product,
            rank=rank,
            score=one.score,
            base_score=one.base_score,
            method=one.method,
            reasons=one.reasons,
            model_version=engine.version.sha256,
            created_at=now,
        )
        for rank, one in enumerate(list(first.values())[:COUNT], start=1)
    ]
