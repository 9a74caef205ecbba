"""The shop's recommender in memory: fitted factors, and the products they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Count, Max
from numpy.typing import NDArray
from scipy.sparse import csr_array

from customers.models import ModelVersion, Product
from intelligence.engines.contract import Card
from intelligence.engines.recommendation import (
    Histories,
    ItemFactors,
    Ranked,
    fold_in_many,
    purchase_shares,
    taste_shares,
    top_n,
)
from intelligence.models import ProductVector
from intelligence.vectors import sent, stacked

REASONS = 3

Reason = dict[str, Any]


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

    def recommend(self, histories: Histories, sources: Sequence[str], count: int) -> list[Ranked]:
        """The best `count` products for each customer row of `histories`: on sale, of the
        customer's own source, and not bought before.
        """
        folded = fold_in_many(self.factors, histories, len(sources))
        bought = _bought(histories, len(sources), len(self.factors))
        return top_n(self.factors, folded, count, exclude=bought, allowed=self._offered(sources))

    def reasons(self, histories: Histories, ranked: Sequence[Ranked]) -> list[list[list[Reason]]]:
        """For each customer and each product of theirs what spoke for it: the past
        purchases that weighed most, then popularity. Weights are shares of the score.
        """
        weights = histories.matrix(len(ranked), len(self.factors))
        names = self._names(np.unique(histories.item_index))
        found = []
        for row, best in enumerate(ranked):
            bought, shares = purchase_shares(self.factors, weights, row, best.items)
            tastes = taste_shares(self.factors, weights, row, best.items)
            found.append(
                [
                    self._reasons_of(int(item), bought, share, names) + _tastes_of(tastes, place)
                    for place, (item, share) in enumerate(zip(best.items, shares.T, strict=True))
                ]
            )
        return found

    def _offered(self, sources: Sequence[str]) -> NDArray[np.bool_]:
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

    def _reasons_of(
        self,
        item: int,
        bought: NDArray[np.int32],
        shares: NDArray[np.float32],
        names: dict[int, str],
    ) -> list[Reason]:
        strongest = np.argsort(-shares, kind="stable")[:REASONS]
        purchases = [(self.product_pks[bought[i]], float(shares[i])) for i in strongest]
        found: list[Reason] = [
            {"kind": "purchase", "product": pk, "name": names.get(pk, ""), "weight": share}
            for pk, share in purchases
        ]
        found.append({"kind": "popularity", "weight": float(self.factors.biases[item])})
        return [
            reason | {"weight": round(reason["weight"], 5)}
            for reason in found
            if reason["weight"] > 0
        ]


def _tastes_of(tastes: Mapping[str, NDArray[np.float32]], place: int) -> list[Reason]:
    shares = {kind: round(float(share[place]), 5) for kind, share in tastes.items()}
    return [{"kind": kind, "weight": share} for kind, share in shares.items() if share > 0]


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
        factors=ItemFactors(targets, contexts, Card.from_json(version.card)),
        product_pks=tuple(row[0] for row in rows),
        sources=np.array([row[1] for row in rows], np.str_),
    )


def _bought(histories: Histories, users: int, items: int) -> csr_array:
    """Every purchase as a one: the weights of `Histories.matrix` are 0 for old ones."""
    ones = np.ones(len(histories), np.float32)
    return csr_array((ones, (histories.user_index, histories.item_index)), shape=(users, items))
