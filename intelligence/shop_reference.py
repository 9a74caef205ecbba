"""A shop's medians, which its customers are read against.

They cost about a second per half a million order lines, so a process keeps them: until
enough new orders came to move a median, and never longer than some minutes, or than a
thousand times what they cost. In a large shop they are read for seconds, and move in weeks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from django.db.models import Max

from customers.models import Order
from intelligence.engines.customer_features import ShopReference
from intelligence.purchases import orders_of_source, taste_of_source

KEPT_SECONDS = 600.0
KEPT_PER_SECOND_OF_READING = 1000.0
GROWTH = 0.01  # so many new orders, as a share of those that were counted, may change it


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reference, when it was computed, for how many seconds it serves, from how many orders,
    and the newest by key.
    """

    reference: ShopReference
    at: float
    seconds: float
    orders: int
    newest: int

    def holds(self, newest: int) -> bool:
        """Whether it still serves, when `newest` is the key of the newest order."""
        is_fresh = time.monotonic() - self.at <= self.seconds
        return is_fresh and abs(newest - self.newest) <= GROWTH * self.orders


_kept: dict[str, _Kept] = {}


def shop_reference(source: str) -> ShopReference:
    """The medians of the orders of `source`, as of its last sale. Customers of a source
    without orders of its own are read against all orders there are.
    """
    newest = Order.objects.aggregate(newest=Max("pk"))["newest"] or 0
    kept = _kept.get(source)
    if kept is None or not kept.holds(newest):
        kept = _kept[source] = _computed(source, newest)
    return kept.reference


def forget() -> None:
    """Compute anew at the next call."""
    _kept.clear()


def _computed(source: str, newest: int) -> _Kept:
    started = time.monotonic()
    chosen: str | None = source
    orders = orders_of_source(source)
    if not len(orders):
        chosen, orders = None, orders_of_source(None)
    reference = ShopReference.from_orders(orders)
    taste = taste_of_source(chosen)
    now = time.monotonic()
    seconds = max(KEPT_SECONDS, KEPT_PER_SECOND_OF_READING * (now - started))
    return _Kept(replace(reference, taste=taste), now, seconds, len(orders), newest)
