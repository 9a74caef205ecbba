"""The shop's recommender: fitted to its own purchases, kept in the database, used from memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from customers.models import Customer, Product, SimilarProduct
from intelligence.analysis.store import register
from intelligence.engines.contract import Card, Evidence
from intelligence.engines.factor_files import save_factors
from intelligence.engines.factorisation import fit
from intelligence.engines.recommendation import (
    Histories,
    ItemFactors,
    Ranked,
    explain,
    fold_in_many,
    top_n,
)
from intelligence.models import ModelVersion, ProductVector
from intelligence.purchases import all_purchases, purchase_count

FIT_LOCK = 7_310_002
SIMILAR = 8
SIMILAR_BATCH = 512
GROWTH = 0.02  # so many new purchases, as a share of the fitted ones, make a fit stale


@dataclass(frozen=True)
class ShopRecommender:
    """Fitted factors with the products that their rows stand for."""

    version: ModelVersion
    factors: ItemFactors
    product_pks: tuple[int, ...]
    sources: NDArray[np.str_]
    names: tuple[str, ...]

    @cached_property
    def row_of_product(self) -> dict[int, int]:
        """Where each product stands."""
        return {pk: row for row, pk in enumerate(self.product_pks)}

    def recommend(self, histories: Histories, sources: Sequence[str], count: int) -> list[Ranked]:
        """The best `count` products for each customer row of `histories`: on sale, of the
        customer's own source, and not bought before.
        """
        users = len(sources)
        on_sale = set(Product.objects.on_sale().values_list("pk", flat=True))
        sold = np.array([pk in on_sale for pk in self.product_pks], np.bool_)
        own = self.sources[None, :] == np.array(sources, self.sources.dtype)[:, None]
        folded = fold_in_many(self.factors, histories, users)
        bought = histories.matrix(users, len(self.factors))
        return top_n(self.factors, folded, count, exclude=bought, allowed=own & sold)

    def reasons(self, bought: NDArray[np.int64], target: int) -> list[dict[str, object]]:
        """What spoke for a product, given the rows of past purchases, oldest first."""
        found = explain(self.factors, bought, target)
        return [self._reason(item) for item in found if item.weight > 0]

    def _reason(self, item: Evidence) -> dict[str, object]:
        weight = round(item.weight, 5)
        if item.kind != "purchase":
            return {"kind": "popularity", "weight": weight}
        row = int(item.name)
        return {
            "kind": "purchase",
            "product": self.product_pks[row],
            "name": self.names[row],
            "weight": weight,
        }


def current() -> ShopRecommender | None:
    """The recommender that was fitted last; None before the first fit."""
    version = ModelVersion.objects.filter(task="recommendation").order_by("-pk").first()
    return _loaded(version.pk) if version else None


def refit_when_stale() -> bool:
    """Fit again when products or purchases changed enough since; whether it did.

    One process fits at a time; a second one goes on with what there is.
    """
    with transaction.atomic():
        if not _is_stale() or not _only_fitter():
            return False
        fit_shop()
    return True


def fit_shop() -> ModelVersion | None:
    """Fit to all purchases and product texts, and store factors and similar products.

    All customers with orders become pending, for their recommendations are of the former
    fit. None when there is no product yet.
    """
    vectors = list(
        ProductVector.objects.order_by("product_id").values_list("product_id", "embedding")
    )
    if not vectors:
        return None
    pks = [pk for pk, _ in vectors]
    histories = all_purchases({pk: row for row, pk in enumerate(pks)})
    embeddings = np.array([embedding for _, embedding in vectors], np.float32)
    factors = save_factors(fit(histories, embeddings), settings.MODELS_DIR / "recommendation")
    version = register(factors.card)
    _keep_factors(pks, factors, version)
    _keep_similar(pks, factors)
    # a fit that gives the weights of a former one is current again
    ModelVersion.objects.filter(pk=version.pk).update(card=factors.card.as_json())
    Customer.objects.filter(order_count__gt=0).request_analysis()
    return version


def _is_stale() -> bool:
    fitted = ModelVersion.objects.filter(task="recommendation").order_by("-pk").first()
    if fitted is None:
        return ProductVector.objects.exists()
    if ProductVector.objects.filter(target__isnull=True).exists():
        return True
    rows = Card.from_json(fitted.card).training_data[0]["rows"]
    return abs(purchase_count() - rows) > GROWTH * max(rows, 1)


def _only_fitter() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FIT_LOCK])
        return bool(cursor.fetchone()[0])


def _keep_factors(pks: Sequence[int], factors: ItemFactors, version: ModelVersion) -> None:
    rows = [
        ProductVector(product_id=pk, target=target, context=context, recommender=version)
        for pk, target, context in zip(pks, factors.targets, factors.contexts, strict=True)
    ]
    ProductVector.objects.bulk_update(rows, ["target", "context", "recommender"], batch_size=500)


def _keep_similar(pks: Sequence[int], factors: ItemFactors) -> None:
    """For each product the ones most like it, of the same source."""
    sources = dict(Product.objects.filter(pk__in=pks).values_list("pk", "source"))
    source_of = np.array([sources[pk] for pk in pks], dtype=np.str_)
    vectors = factors.targets[:, :-1]
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    rows: list[SimilarProduct] = []
    for start in range(0, len(pks), SIMILAR_BATCH):
        cosines = vectors[start : start + SIMILAR_BATCH] @ vectors.T
        cosines[source_of[start : start + SIMILAR_BATCH, None] != source_of[None, :]] = -np.inf
        own = np.arange(len(cosines))
        cosines[own, start + own] = -np.inf
        for row, scores in enumerate(cosines, start):
            rows += _similar_rows(pks, row, scores)
    SimilarProduct.objects.filter(product__in=pks).delete()
    SimilarProduct.objects.bulk_create(rows, batch_size=5000)


def _similar_rows(
    pks: Sequence[int], row: int, scores: NDArray[np.float32]
) -> list[SimilarProduct]:
    best = np.argsort(-scores, kind="stable")[:SIMILAR]
    return [
        SimilarProduct(
            product_id=pks[row], similar_id=pks[other], rank=rank, score=float(scores[other])
        )
        for rank, other in enumerate((item for item in best if np.isfinite(scores[item])), start=1)
    ]


@lru_cache(maxsize=1)
def _loaded(version_pk: int) -> ShopRecommender:
    version = ModelVersion.objects.get(pk=version_pk)
    rows = list(
        ProductVector.objects.filter(recommender=version)
        .order_by("product_id")
        .values_list("product_id", "product__source", "product__name", "target", "context")
    )
    factors = ItemFactors(
        np.array([row[3] for row in rows], np.float32),
        np.array([row[4] for row in rows], np.float32),
        Card.from_json(version.card),
    )
    return ShopRecommender(
        version=version,
        factors=factors,
        product_pks=tuple(row[0] for row in rows),
        sources=np.array([row[1] for row in rows], dtype=np.str_),
        names=tuple(row[2] for row in rows),
    )
