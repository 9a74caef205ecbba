"""Why a product is in a list, by the model's own arithmetic.

The weights of purchases, of the taste in categories and price bands and of popularity are
their parts of the score; "similar" names the
purchase that the product is most like and has no part of its own, for that purchase's part
is counted already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from intelligence.engines.recommendation import (
    ItemFactors,
    likeness,
    purchase_shares,
    taste_shares,
)
from intelligence.recommending.wanted import Reason

REASONS = 3
ALIKE = 0.2  # a cosine below is no likeness that anybody would see


def reasons_of(
    factors: ItemFactors,
    weights: csr_array,
    user: int,
    items: NDArray[np.int64],
    product_pks: Sequence[int],
    names: Mapping[int, str],
) -> list[list[Reason]]:
    """For each of `items`, rows of `factors`, what spoke for it to one user, strongest
    first. `weights` is `Histories.matrix`; `product_pks` says which products the rows are.
    """
    bought, shares = purchase_shares(factors, weights, user, items)
    counts = weights.data[weights.indptr[user] : weights.indptr[user + 1]] > 0
    cosines = _cosines(factors, bought[counts], items)
    tastes = taste_shares(factors, weights, user, items)
    return [
        [
            *_purchases(bought, shares[:, place], product_pks, names),
            *_similar(bought[counts], cosines[:, place], product_pks, names),
            *_tastes(tastes, place),
            *popular(float(factors.biases[item])),
        ]
        for place, item in enumerate(items)
    ]


def popular(base_score: float) -> list[Reason]:
    """Popularity, as far as it spoke for a product."""
    weight = round(base_score, 5)
    return [{"kind": "popularity", "weight": weight}] if weight > 0 else []


def _purchases(
    bought: NDArray[np.int32],
    shares: NDArray[np.float32],
    product_pks: Sequence[int],
    names: Mapping[int, str],
) -> list[Reason]:
    found: dict[int, float] = {}
    for row, share in zip(bought, shares, strict=True):
        pk = product_pks[row]
        found[pk] = found.get(pk, 0.0) + float(share)
    strongest = sorted(found.items(), key=lambda pair: -pair[1])[:REASONS]
    weighed = ((pk, round(share, 5)) for pk, share in strongest)
    return [
        {"kind": "purchase", "product": pk, "name": names.get(pk, ""), "weight": share}
        for pk, share in weighed
        if share > 0
    ]


def _similar(
    bought: NDArray[np.int32],
    cosines: NDArray[np.float32],
    product_pks: Sequence[int],
    names: Mapping[int, str],
) -> list[Reason]:
    if not len(bought) or cosines.max() < ALIKE:
        return []
    nearest = int(cosines.argmax())
    pk = product_pks[bought[nearest]]
    cosine = round(float(cosines[nearest]), 4)
    named = {"kind": "similar", "product": pk, "name": names.get(pk, "")}
    return [named | {"weight": 0.0, "cosine": cosine}]


def _tastes(tastes: Mapping[str, NDArray[np.float32]], place: int) -> list[Reason]:
    shares = {kind: round(float(share[place]), 5) for kind, share in tastes.items()}
    return [{"kind": kind, "weight": share} for kind, share in shares.items() if share > 0]


def _cosines(
    factors: ItemFactors, bought: NDArray[np.int32], items: NDArray[np.int64]
) -> NDArray[np.float32]:
    """float32[bought, items], as products are called similar."""
    one, other = (_unit(likeness(factors.targets[rows])) for rows in (bought, items))
    cosines: NDArray[np.float32] = one @ other.T
    return cosines


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, 1e-12)
    return unit
