"""When in the life of an order its customer has which reason to write.

A stage gives, for an order, the first and the last moment of that reason: "late" from the
promised day until the parcel comes. The ticket files name the stage of each intent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random

from customers.demo.orders import zone_of
from customers.demo.records import Order
from customers.demo.seasons import moment

Span = tuple[datetime, datetime]

# The promise is in working days: a weekend lies in between.
WEEKEND = timedelta(days=2)
AT_ONCE = timedelta(hours=2)
# A shop's inbox is about the last weeks: how much likelier they are, and for how many days.
RECENT_WEIGHT, RECENT_DAYS = 12.0, 12.0
STILL_RETURNABLE = timedelta(days=4)
HUMAN_HOUR_ATTEMPTS = 8


@dataclass(frozen=True)
class Sale:
    """A sale with the return that followed it, if any, as seen at `now`."""

    order: Order
    back: Order | None
    now: datetime

    @property
    def promised_at(self) -> datetime:
        """The moment from which the parcel is late."""
        longest = timedelta(days=zone_of(self.order.person.country).days[1])
        return self.order.placed_at + longest + WEEKEND

    @property
    def is_sent(self) -> bool:
        """Whether the order was not cancelled."""
        return self.order.status != "cancelled"


def _fresh(sale: Sale) -> Span | None:
    return (sale.order.placed_at, sale.now) if sale.is_sent else None


def _cancelled(sale: Sale) -> Span | None:
    return None if sale.is_sent else (sale.order.placed_at, sale.order.placed_at + AT_ONCE)


def _underway(sale: Sale) -> Span | None:
    arrival = sale.order.delivered_at or sale.now
    return (sale.order.placed_at, min(arrival, sale.promised_at)) if sale.is_sent else None


def _late(sale: Sale) -> Span | None:
    return (sale.promised_at, sale.order.delivered_at or sale.now) if sale.is_sent else None


def _delivered(sale: Sale) -> Span | None:
    end = sale.back.placed_at if sale.back else sale.now
    return (sale.order.delivered_at, end) if sale.order.delivered_at else None


def _came_late(sale: Sale) -> Span | None:
    arrived = sale.order.delivered_at
    return (arrived, sale.now) if arrived and arrived > sale.promised_at else None


def _returning(sale: Sale) -> Span | None:
    """Before the return that happened, or so lately that one may still happen."""
    arrived = sale.order.delivered_at
    if not arrived or (not sale.back and arrived < sale.now - STILL_RETURNABLE):
        return None
    return arrived, sale.back.placed_at if sale.back else sale.now


def _returned(sale: Sale) -> Span | None:
    return (sale.back.placed_at, sale.now) if sale.back else None


STAGES: dict[str, Callable[[Sale], Span | None]] = {
    "fresh": _fresh,
    "cancelled": _cancelled,
    "underway": _underway,
    "late": _late,
    "delivered": _delivered,
    "came_late": _came_late,
    "returning": _returning,
    "returned": _returned,
    "placed": _fresh,
    "visit": _fresh,
}
# From and to, in days after the stage begins, where a ticket file says nothing else.
DAYS = {
    "fresh": (0.01, 0.05),
    "cancelled": (0.01, 0.05),
    "underway": (1.2, 20),
    "late": (0.1, 20),
    "returned": (7, 14),
    "visit": (3, 40),
}
ANY_DAYS = (0.3, 20)


class Moments:
    """The moments at which the given customers may have written."""

    def __init__(self, orders: Sequence[Order], now: datetime) -> None:
        backs = {order.returned_order: order for order in orders if order.kind == "return"}
        self.now = now
        self.sales = [
            Sale(order, backs.get(order.number), now) for order in orders if order.kind == "sale"
        ]
        self._of_stage: dict[str, tuple[list[tuple[Sale, Span]], list[float]]] = {}

    def draw(
        self, rng: Random, stage: str, days: tuple[float, float] | None = None
    ) -> tuple[Sale, datetime] | None:
        """A sale and a moment in that stage, mostly a late one; None if they do not meet."""
        spans, weights = self._spans(stage)
        if not spans:
            return None
        sale, (start, end) = rng.choices(spans, cum_weights=weights)[0]
        first, last = days or DAYS.get(stage, ANY_DAYS)
        span = start + timedelta(days=first), min(end, start + timedelta(days=last), self.now)
        return (sale, _human_hour(rng, span)) if span[0] < span[1] else None

    def _spans(self, stage: str) -> tuple[list[tuple[Sale, Span]], list[float]]:
        if stage not in self._of_stage:
            spans = [(sale, span) for sale in self.sales if (span := STAGES[stage](sale))]
            spans = [(sale, span) for sale, span in spans if span[0] < span[1]]
            weights = [self._weight(stage, start) for _, (start, _) in spans]
            self._of_stage[stage] = spans, list(accumulate(weights))
        return self._of_stage[stage]

    def _weight(self, stage: str, start: datetime) -> float:
        """More for the last weeks; what may still be returned is recent by itself."""
        if stage == "returning":
            return 1
        return 1 + RECENT_WEIGHT * exp(-(self.now - start).days / RECENT_DAYS)


def _human_hour(rng: Random, span: Span) -> datetime:
    """A moment in the span at an hour when people write, where it is long enough for one."""
    start, end = span
    for _ in range(HUMAN_HOUR_ATTEMPTS):
        at = moment(rng, (start + rng.random() * (end - start)).date())
        if start < at < end:
            return at
    return start + rng.random() * (end - start)
