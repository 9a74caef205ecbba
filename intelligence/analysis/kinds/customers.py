"""Reading customers: their segment from what they bought and when, and recommendations."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from customers.models import Customer, Recommendation, Segment
from intelligence import recommender, shop_reference
from intelligence.analysis.kind import Kind, Opinion, Result
from intelligence.analysis.kinds.products import Products
from intelligence.analysis.kinds.sentiment import detail
from intelligence.analysis.run import analyse_pending
from intelligence.engines.contract import Prediction
from intelligence.engines.customer_features import Features, build_features
from intelligence.engines.recommendation import Ranked
from intelligence.loaded import segment_engine
from intelligence.models import ProductVector
from intelligence.purchases import orders_of, purchases_of
from intelligence.recommender import ShopRecommender

RECOMMENDED = 10


class Customers(Kind):
    """Customers; nothing of them is a text, so no encoder runs, only small heads."""

    name = "customer"
    model = Customer
    columns = ("suggested_segment", "segment_probability", "segment_detail")

    def prepare(self) -> None:
        segment_engine()

    def before_bulk(self) -> None:
        """Customers are read through products: those first, then the recommender."""
        analyse_pending(Products())
        recommender.refit_when_stale()
        shop_reference.forget()

    def read(self, rows: Sequence[Customer]) -> list[Result]:
        segments = _segments(rows)
        recommended = _recommendations(rows)
        known = set(Segment.objects.filter(is_active=True).values_list("slug", flat=True))
        return [
            self._result(said, digest, known, recommended.get(row.pk, []))
            for row, (said, digest) in zip(rows, segments, strict=True)
        ]

    def keep(self, stored: Sequence[tuple[Customer, Result]]) -> None:
        Recommendation.objects.filter(customer__in=[row.pk for row, _ in stored]).delete()
        Recommendation.objects.bulk_create(
            [item for _, result in stored for item in result.extra], batch_size=2000
        )

    def _result(
        self, said: Prediction, digest: str, known: set[str], recommended: list[Recommendation]
    ) -> Result:
        card = segment_engine().card
        certain = not said.abstained and said.label in known
        columns = {
            "suggested_segment": said.label if certain else None,
            "segment_probability": said.probability if certain else None,
            "segment_detail": detail(said, card),
        }
        return Result(digest, columns, (Opinion("segment", said, card),), extra=recommended)


def _segments(rows: Sequence[Customer]) -> list[tuple[Prediction, str]]:
    """Prediction and input digest of each customer, each read against its own source."""
    found: dict[int, tuple[Prediction, str]] = {}
    by_source: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row.pk)
    for source, pks in by_source.items():
        features = _features(source, pks)
        for row, (pk, said) in enumerate(zip(pks, segment_engine().predict(features), strict=True)):
            found[pk] = (said, _digest(features, row))
    return [found[row.pk] for row in rows]


def _features(source: str, pks: Sequence[int]) -> Features:
    reference = shop_reference.shop_reference(source)
    vectors = ProductVector.objects.filter(product__order_lines__order__customer__in=pks).distinct()
    bought = list(vectors.values_list("product_id", "embedding"))
    row_of_product = {pk: row for row, (pk, _) in enumerate(bought)}
    embeddings = np.array([embedding for _, embedding in bought], np.float32)
    purchases = purchases_of(pks, row_of_product) if bought else None
    return build_features(
        orders_of(pks), len(pks), reference, purchases, embeddings if bought else None
    )


def _digest(features: Features, row: int) -> str:
    return hashlib.sha256(
        features.human[row].tobytes() + features.semantic[row].tobytes()
    ).hexdigest()


def _recommendations(rows: Sequence[Customer]) -> dict[int, list[Recommendation]]:
    engine = recommender.current()
    if engine is None:
        return {}
    pks = [row.pk for row in rows]
    histories = purchases_of(pks, engine.row_of_product)
    ranked = engine.recommend(histories, [row.source for row in rows], RECOMMENDED)
    return {
        pk: _rows_of(engine, pk, best, histories.item_index[histories.user_index == place])
        for place, (pk, best) in enumerate(zip(pks, ranked, strict=True))
    }


def _rows_of(
    engine: ShopRecommender, customer_pk: int, best: Ranked, bought: NDArray[np.int64]
) -> list[Recommendation]:
    method = Recommendation.Method.POPULARITY if best.popular else Recommendation.Method.PURCHASES
    biases = engine.factors.biases
    return [
        Recommendation(
            customer_id=customer_pk,
            product_id=engine.product_pks[item],
            rank=rank,
            score=float(score),
            base_score=float(biases[item]),
            method=method,
            reasons=engine.reasons(bought, int(item)),
            model_version=engine.version.sha256,
        )
        for rank, (item, score) in enumerate(zip(best.items, best.scores, strict=True), start=1)
    ]
