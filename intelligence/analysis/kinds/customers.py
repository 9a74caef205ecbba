"""Reading customers: their segment from what they bought and when, and recommendations."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from psycopg.types.json import Jsonb

from customers.models import Customer, OrderLine, Recommendation, Segment
from intelligence import recommender, shop_reference
from intelligence.analysis.kind import Kind, Opinion, Result
from intelligence.analysis.kinds.products import Products
from intelligence.analysis.kinds.sentiment import detail
from intelligence.analysis.run import analyse_pending
from intelligence.automation import label_read
from intelligence.engines.contract import Prediction
from intelligence.engines.counterfactual import Counterfactual, counterfactuals
from intelligence.engines.customer_features import Features, ShopReference, build_features
from intelligence.loaded import segment_engine
from intelligence.purchases import orders_of, purchases_of
from intelligence.recommending.stored import lists_of
from intelligence.vectors import sent, stacked, vectors_in_use

COPIED = (
    *("customer_id", "product_id", "rank", "score", "base_score"),
    *("method", "model_version", "created_at", "reasons"),
)
COPY_SQL = f"COPY customers_recommendation ({', '.join(COPIED)}) FROM STDIN"


@dataclass(frozen=True, slots=True)
class SegmentRead:
    """What the head says of a customer, what would make the segment better, and the digest
    of what was read.
    """

    said: Prediction
    better: Counterfactual | None
    digest: str


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
        known = set(Segment.objects.filter(is_active=True).values_list("slug", flat=True))
        segments = _segments(rows, known)
        recommended = lists_of(rows)
        return [
            self._result(read, known, recommended.get(row.pk, []))
            for row, read in zip(rows, segments, strict=True)
        ]

    def keep(self, stored: Sequence[tuple[Customer, Result]]) -> None:
        Recommendation.objects.filter(customer__in=[row.pk for row, _ in stored]).delete()
        with connection.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
            for _, result in stored:
                for item in result.extra:
                    plain = [getattr(item, column) for column in COPIED[:-1]]
                    copy.write_row([*plain, Jsonb(item.reasons)])
        label_read((row.pk, result) for row, result in stored)

    def _result(
        self, read: SegmentRead, known: set[str], recommended: list[Recommendation]
    ) -> Result:
        card, said, better = segment_engine().card, read.said, read.better
        certain = not said.abstained and said.label in known
        columns = {
            "suggested_segment": said.label if certain else None,
            "segment_probability": said.probability if certain else None,
            "segment_detail": detail(said, card, read.digest)
            | ({"counterfactual": better.as_json()} if certain and better else {}),
        }
        return Result(read.digest, columns, (Opinion("segment", said, card),), extra=recommended)


def _segments(rows: Sequence[Customer], known: set[str]) -> list[SegmentRead]:
    """What the head reads of each customer, against the customer's own source."""
    found: dict[int, SegmentRead] = {}
    by_source: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row.pk)
    engine = segment_engine()
    for source, pks in by_source.items():
        reference = shop_reference.shop_reference(source)
        features = features_of(reference, pks)
        said = engine.predict(features)
        better = counterfactuals(engine, features, reference, said, known=known)
        for place, (pk, one, wish) in enumerate(zip(pks, said, better, strict=True)):
            found[pk] = SegmentRead(one, wish, digest_of(features, place))
    return [found[row.pk] for row in rows]


def features_of(
    reference: ShopReference, pks: Sequence[int], until_days: float = np.inf
) -> Features:
    """What the segment head reads of these customers, in order, of their orders until a time
    in days since 1970.
    """
    lines = OrderLine.objects.filter(order__customer__in=pks).values("product")
    vectors = vectors_in_use().filter(product__in=lines)
    # In one order, or a taste summed in another one would differ in its last bit, and with it
    # the digest of a customer read alone from that of the same customer read among others.
    bought = list(vectors.order_by("product_id").values_list("product_id", sent("embedding")))
    orders = orders_of(pks)
    orders = orders.where(orders.time_days <= until_days)
    if not bought:
        return build_features(orders, len(pks), reference)
    purchases = purchases_of(pks, {pk: row for row, (pk, _) in enumerate(bought)})
    purchases = purchases.where(purchases.time_days <= until_days)
    embeddings = stacked([vector for _, vector in bought])
    return build_features(orders, len(pks), reference, purchases, embeddings)


def digest_of(features: Features, place: int) -> str:
    """The sha256 of what is read of one of these customers."""
    return hashlib.sha256(
        features.human[place].tobytes() + features.semantic[place].tobytes()
    ).hexdigest()
