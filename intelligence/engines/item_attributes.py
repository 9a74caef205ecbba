"""Category and price band of items, as co-ordinates of their vectors.

An item stands as a one at its category and at its price band. The weighted mean of a
history is then the share of each in what a user buys, and the inner product with a
target reads off the share of that target's own: taste for a category and for a price
band are part of the one inner product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.recommendation import CATEGORY_WIDTH, PRICE_WIDTH


@dataclass(frozen=True, slots=True)
class Attributes:
    """`categories` one name per item ("" unknown); `prices` float64[items], of any one
    currency (NaN unknown).
    """

    categories: Sequence[str]
    prices: NDArray[np.float64]


def category_block(categories: Sequence[str]) -> NDArray[np.float32]:
    """float32[items, CATEGORY_WIDTH]: a one at the item's category, if that is among the
    largest; ties go to the earlier name.
    """
    sizes = Counter(name for name in categories if name)
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:CATEGORY_WIDTH]
    place = {name: column for column, name in enumerate(largest)}
    return _one_hot([place.get(name, -1) for name in categories], CATEGORY_WIDTH)


def price_block(prices: NDArray[np.float64]) -> NDArray[np.float32]:
    """float32[items, PRICE_WIDTH]: a one at the item's band, bands of equally many items."""
    known = np.isfinite(prices)
    if not known.any():
        return np.zeros((len(prices), PRICE_WIDTH), np.float32)
    borders = np.quantile(prices[known], np.arange(1, PRICE_WIDTH) / PRICE_WIDTH)
    bands = np.where(known, np.searchsorted(borders, prices, side="right"), -1)
    return _one_hot(bands.tolist(), PRICE_WIDTH)


def _one_hot(places: Sequence[int], width: int) -> NDArray[np.float32]:
    found = np.zeros((len(places), width), np.float32)
    rows = np.array(places, np.int64)
    known = np.flatnonzero(rows >= 0)
    found[known, rows[known]] = 1
    return found
