"""The shop's recommender in memory: fitted factors, and the products they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from django.db.models import Count, Max
from numpy.typing import NDArray
from scipy.sparse import csr_array

from customers.models import ModelVersion, Product
from intelligence.engines.contract import Card
from intelligence.engines.diversity import diversified
from intelligence.engines.recommendation import (
    Histories,
    ItemFactors,
    Ranked,
    fold_in_many,
    likeness,
    top_n,
)
from intelligence.models import ProductVector
from intelligence.recommending.reasons import popular, reasons_of
from intelligence.recommending.wanted import Reason, pool_of
from intelligence.vectors import sent, stacked


@dataclass(frozen=True)
class ShopRecommender:
    """Fitted factors with the products that their rows stand for."""

    version: ModelVersion
    factors: ItemFactors
    product_pks: tuple[int, ...]
    sources: NDArray[np.str_]

    @cached_property
    def row_of_product(self) -> dict[int, int]:
        """Where each product stands."""
        return {pk: row for row, pk in enumerate(self.product_pks)}

    def recommend(
        self,
        histories: Histories,
        sources: Sequence[str],
        count: int,
        *,
        barred: csr_array | None = None,
        popular_only: NDArray[np.bool_] | None = None,
        diversity: float = 0.0,
    ) -> list[Ranked]:
        """The best `count` products for each customer row of `histories`: on sale, of the
        customer's own source, and not bought before.

        `barred` [customers, products] marks instead what is not to be shown, bought products
        among it. Customers of `popular_only` are taken as if nothing of them was known.
        """
        folded = fold_in_many(self.factors, histories, len(sources))
        if popular_only is not None:
            folded[popular_only, :-1] = 0
        if barred is None:
            barred = self.bought(histories, len(sources))
        offered = self.offered(sources)
        pool = pool_of(count, diversity)
        ranked = top_n(self.factors, folded, pool, exclude=barred, allowed=offered)
        return [self._diverse(one, count, diversity) for one in ranked]

    def bought(self, histories: Histories, users: int) -> csr_array:
        """Every purchase as a one: the weights of `Histories.matrix` are 0 for old ones."""
        ones = np.ones(len(histories), np.float32)
        index = (histories.user_index, histories.item_index)
        return csr_array((ones, index), shape=(users, len(self.factors)))

    def _diverse(self, ranked: Ranked, count: int, diversity: float) -> Ranked:
        if ranked.popular or not diversity:
            return replace(ranked, items=ranked.items[:count], scores=ranked.scores[:count])
        vectors = likeness(self.factors.targets[ranked.items])
        chosen = diversified(ranked.scores, vectors, count, diversity)
        return replace(ranked, items=ranked.items[chosen], scores=ranked.scores[chosen])

    def reasons(self, histories: Histories, ranked: Sequence[Ranked]) -> list[list[list[Reason]]]:
        """For each customer and each product of theirs what spoke for it: the past
        purchases that weighed most, then popularity. Weights are shares of the score.
        """
        weights = histories.matrix(len(ranked), len(self.factors))
        names = self._names(np.unique(histories.item_index))
        found = []
        for row, best in enumerate(ranked):
            if best.popular:
                found.append([popular(float(self.factors.biases[item])) for item in best.items])
                continue
            found.append(
                reasons_of(self.factors, weights, row, best.items, self.product_pks, names)
            )
        return found

    def offered(self, sources: Sequence[str]) -> NDArray[np.bool_]:
        """bool[customers, products]. A source that sells nothing of its own, as that of
        customers made by hand, is offered everything.
        """
        on_sale = set(Product.objects.on_sale().values_list("pk", flat=True))
        sold = np.array([pk in on_sale for pk in self.product_pks], np.bool_)
        own = np.array(sources, np.str_)[:, None] == self.sources[None, :]
        own[~own.any(axis=1)] = True
        return own & sold

    def _names(self, rows: NDArray[np.int64]) -> dict[int, str]:
        pks = [self.product_pks[row] for row in rows]
        return dict(Product.objects.filter(pk__in=pks).values_list("pk", "name"))


def factors_of(
    version: ModelVersion, targets: NDArray[np.float32], contexts: NDArray[np.float32]
) -> ItemFactors:
    """Vectors of some products as the engine takes them, with the card of their fit."""
    return ItemFactors(targets, contexts, Card.from_json(version.card))


def in_service() -> ModelVersion | None:
    """The version whose factors the products carry; None before the first fit."""
    carrying = ProductVector.objects.filter(recommender__isnull=False).only("recommender")
    vector = carrying.select_related("recommender").first()
    return vector.recommender if vector else None


def current() -> ShopRecommender | None:
    """The recommender that was fitted last; None before the first fit."""
    fitted = ProductVector.objects.filter(recommender__isnull=False)
    extent = fitted.values_list("recommender").annotate(Count("pk"), Max("pk"))
    found = extent.order_by("-recommender").first()
    return _loaded(Extent(*found)) if found else None


class Extent(NamedTuple):
    """A version and the products that carry it: more once new ones were taken in."""

    version: int
    products: int
    newest: int


@lru_cache(maxsize=1)
def _loaded(extent: Extent) -> ShopRecommender:
    rows = list(
        ProductVector.objects.filter(recommender=extent.version)
        .order_by("product_id")
        .values_list("product_id", "product__source", sent("target"), sent("context"))
    )
    version = ModelVersion.objects.get(pk=extent.version)
    targets, contexts = (stacked([row[column] for row in rows]) for column in (2, 3))
    return ShopRecommender(
        version=version,
        factors=factors_of(version, targets, contexts),
        product_pks=tuple(row[0] for row in rows),
        sources=np.array([row[1] for row in rows], np.str_),
    )
