"""Purchases by customer and day, and what is known of the customers on any day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.purchase_model import Counts

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PurchaseDays:
    """One entry for each customer and day with a purchase, by customer and then by day:
    `customer` int64[n] (row of the customer), `day` int64[n] on any clock, `units` and
    `value` float64[n] of all purchases of that day.
    """

    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    units: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.customer)

    @classmethod
    def from_purchases(
        cls, customer: NDArray[np.int64], day: Floats, units: Floats, value: Floats
    ) -> PurchaseDays:
        """Purchases in any order, `day` with or without a fraction; those of one customer on
        one day become one. Raises ValueError for what is not finite.
        """
        if not np.isfinite(np.concatenate([day, units, value])).all():
            raise ValueError("purchases: days, units and values must be finite")
        whole = np.floor(day).astype(np.int64)
        order = np.lexsort((whole, customer))
        who, when = customer[order].astype(np.int64), whole[order]
        new = np.ones(len(order), bool)
        new[1:] = (np.diff(who) != 0) | (np.diff(when) != 0)
        place, days = np.cumsum(new) - 1, int(new.sum())
        return cls(
            who[new],
            when[new],
            np.bincount(place, units[order], days).astype(float),
            np.bincount(place, value[order], days).astype(float),
        )

    def until(self, last: int) -> PurchaseDays:
        """The days up to and with `last`."""
        return self._where(self.day <= last)

    def between(self, after: int, last: int) -> PurchaseDays:
        """The days after `after`, up to and with `last`."""
        return self._where((self.day > after) & (self.day <= last))

    def _where(self, rows: NDArray[np.bool_]) -> PurchaseDays:
        return PurchaseDays(self.customer[rows], self.day[rows], self.units[rows], self.value[rows])


@dataclass(frozen=True, slots=True)
class Known:
    """What is known on a day of the customers who had bought by then, n of them.

    `customer` int64[n] are their rows. `units` float64[n] are pieces a purchase day, `fading`
    counts purchase days, the older the less. `valued` is the number of purchase days of
    positive value and `mean_value` their mean.
    """

    customer: NDArray[np.int64]
    counts: Counts
    units: Floats
    fading: Floats
    valued: Floats
    mean_value: Floats


def known_on(purchases: PurchaseDays, today: int, half_life_days: float) -> Known:
    """What is known on the day `today`, when a purchase `half_life_days` ago counts half."""
    past = purchases.until(today)
    new = np.ones(len(past), bool)
    new[1:] = np.diff(past.customer) != 0
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(past)) - 1 if len(past) else first
    place, customers = np.cumsum(new) - 1, len(first)
    number = np.bincount(place, minlength=customers).astype(float)
    start = past.day[first]
    worth = past.value > 0
    valued = np.bincount(place, worth, customers).astype(float)
    total = np.bincount(place, np.where(worth, past.value, 0.0), customers)
    return Known(
        past.customer[first],
        Counts(
            number - 1,
            (past.day[last] - start).astype(float),
            (today - start).astype(float),
        ),
        np.maximum(np.bincount(place, past.units, customers), 0.0) / np.maximum(number, 1),
        np.bincount(place, np.exp2((past.day - today) / half_life_days), customers).astype(float),
        valued,
        total / np.maximum(valued, 1),
    )
