"""Who to tell about a product: r_ui of one product for all customers, in a worker.

Customers are folded in by the engine, a batch at a time, so that the scores are those that
their own lists are made by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from customers.complaints import complaints_of
from customers.locks import held
from customers.models import Customer, Product, Prospect, ProspectSearch
from customers.periods import shop_now
from intelligence import shop_recommender
from intelligence.analysis.run import describe
from intelligence.engines.recommendation import Histories, fold_in_many, purchase_shares
from intelligence.purchases import purchases_of_consenting
from intelligence.shop_recommender import ShopRecommender

SEARCH_LOCKS = 7_310_008
MOST = 1000
BATCH = 1024
NOT_FITTED = "nothing was fitted yet; the products have to be read first"


def carry_out_search(pk: int) -> None:
    """Search, unless somebody does or did; whatever goes wrong is on the row."""
    with held(SEARCH_LOCKS, pk) as mine:
        search = ProspectSearch.objects.pending().select_related("product").filter(pk=pk).first()
        if not mine or search is None:
            return
        try:
            _search(search)
        except Exception as error:
            # whatever happened, the page must not show a search that runs for ever
            _finish(search, ProspectSearch.Status.FAILED, error=describe(error))
            raise


def _search(search: ProspectSearch) -> None:
    engine = shop_recommender.current()
    row = engine.row_of_product.get(search.product_id) if engine else None
    if engine is None or row is None:
        _finish(search, ProspectSearch.Status.FAILED, error=NOT_FITTED)
        return
    customers, histories = purchases_of_consenting(engine.row_of_product)
    scores = _scores(engine, histories, len(customers), row)
    bought = _bought(histories, len(customers), row)
    search.considered, search.bought_it = len(customers), int(bought.sum())
    search.without_consent = Customer.objects.filter(order_count__gt=0).count() - len(customers)
    search.without_consent = max(0, search.without_consent)
    likely = _likely(engine, scores, bought, row)
    chosen = _without_complaints(search, customers, likely)
    found = list(_prospects(engine, search.product, customers, histories, scores, chosen, row))
    with transaction.atomic():
        Prospect.objects.filter(product=search.product).delete()
        Prospect.objects.bulk_create(found, batch_size=MOST)
        search.model_version = engine.version.sha256
        _finish(search, ProspectSearch.Status.DONE)


def _scores(
    engine: ShopRecommender, histories: Histories, users: int, row: int
) -> NDArray[np.float32]:
    """r_ui float32[users] of the product in `row`."""
    target = engine.factors.targets[row]
    ordered = histories.in_order()
    scores = np.zeros(users, np.float32)
    for first in range(0, users, BATCH):
        last = min(first + BATCH, users)
        start, stop = np.searchsorted(ordered.user_index, [first, last])
        part = Histories(
            ordered.user_index[start:stop] - first,
            ordered.item_index[start:stop],
            ordered.time_days[start:stop],
        )
        scores[first:last] = fold_in_many(engine.factors, part, last - first) @ target
    return scores


def _bought(histories: Histories, users: int, row: int) -> NDArray[np.bool_]:
    """Who bought it, so lately that they are not to be offered it again."""
    own = histories.item_index == row
    if settings.RECOMMENDATION_BUY_AGAIN_DAYS:
        since = shop_now() - timedelta(days=settings.RECOMMENDATION_BUY_AGAIN_DAYS)
        own &= histories.time_days >= since.timestamp() / 86400
    bought = np.zeros(users, np.bool_)
    bought[histories.user_index[own]] = True
    return bought


def _likely(
    engine: ShopRecommender, scores: NDArray[np.float32], bought: NDArray[np.bool_], row: int
) -> NDArray[np.int64]:
    """Places of the customers whose own purchases speak for the product, likeliest first."""
    speaks = (scores > engine.factors.biases[row]) & ~bought
    places = np.flatnonzero(speaks)
    return places[np.argsort(-scores[places], kind="stable")]


def _without_complaints(
    search: ProspectSearch, customers: Sequence[int], likely: NDArray[np.int64]
) -> list[int]:
    """The first `MOST` places whose customers did not complain about it or its kind."""
    product, chosen = search.product, list[int]()
    search.complained = 0
    for start in range(0, len(likely), MOST):
        if len(chosen) >= MOST:
            break
        part = likely[start : start + MOST]
        against = {
            complaint.customer_id
            for complaint in complaints_of([customers[place] for place in part])
            if complaint.product_id == product.pk
            or (complaint.kind and complaint.kind == product.category)
        }
        chosen += [int(place) for place in part if customers[place] not in against]
        search.complained += len(against)
    return chosen[:MOST]


def _prospects(
    engine: ShopRecommender,
    product: Product,
    customers: Sequence[int],
    histories: Histories,
    scores: NDArray[np.float32],
    chosen: Sequence[int],
    row: int,
) -> Iterator[Prospect]:
    weights = histories.matrix(len(customers), len(engine.factors))
    target = np.array([row], np.int64)
    for rank, place in enumerate(chosen, start=1):
        bought, shares = purchase_shares(engine.factors, weights, place, target)
        strongest = bought[int(shares[:, 0].argmax())]
        yield Prospect(
            product=product,
            customer_id=customers[place],
            rank=rank,
            score=float(scores[place]),
            because_of_id=engine.product_pks[strongest],
        )


def _finish(search: ProspectSearch, status: str, *, error: str = "") -> None:
    search.status, search.error, search.finished_at = status, error, timezone.now()
    search.save()
