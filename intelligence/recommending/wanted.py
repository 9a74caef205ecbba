"""What is asked of a list, and what a list is."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

COUNT = 10
MOST = 100
# To be diverse, a list is chosen among so many times its length of the best.
POOL_TIMES, SMALLEST_POOL = 5, 50

Reason = dict[str, Any]


def default_diversity() -> float:
    """The diversity of lists that nobody asked another of."""
    return settings.RECOMMENDATION_DIVERSITY


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many products, and which: of a `category`, in a band of prices. Without a
    `currency` prices of all currencies are compared as they stand.
    """

    count: int = COUNT
    category: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    currency: str = ""
    diversity: float = field(default_factory=default_diversity)

    @property
    def pool(self) -> int:
        """How many of the best to choose among."""
        return pool_of(self.count, self.diversity)


def pool_of(count: int, diversity: float) -> int:
    """How many of the best a list of `count` is chosen among."""
    return max(POOL_TIMES * count, SMALLEST_POOL) if diversity else count


@dataclass(frozen=True, slots=True)
class Listed:
    """One product of a list. `score` is r_ui, `base_score` b_ui; `method` one of
    `Recommendation.Method`.
    """

    product: int
    score: float
    base_score: float
    method: str
    reasons: list[Reason]
