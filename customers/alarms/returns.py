"""A product comes back more often than it did, and more often than others do now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from customers.alarms.window import Window, is_sure
from customers.models import Alarm, Order, OrderLine, Product
from customers.models.alarm import MOST_ROWS, Finding
from customers.significance import rate_rose

DAYS = 90  # a return follows its sale by weeks
FEWEST = 4  # returns in the last days
TIMES, MANY_TIMES = 2.0, 4.0  # the former rate


@dataclass(slots=True)
class Tally:
    """Orders with the product in the last days and before, sales and returns; and the units
    that came back in the last days. Orders are counted, for units of one order come back
    together: 12 of one parcel are one reason, not twelve.
    """

    sold: int = 0
    returned: int = 0
    former_sold: int = 0
    former_returned: int = 0
    units: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, name) + getattr(other, name) for name in Tally.__slots__))

    @property
    def rate(self) -> float:
        """Returns for each sale of the last days."""
        return self.returned / max(self.sold, 1)

    @property
    def former_rate(self) -> float:
        """Returns for each sale of the time before."""
        return self.former_returned / max(self.former_sold, 1)


def find(now: datetime) -> Iterator[Finding]:
    """Products whose returns rose against their own past and against all other products of
    the same days, both by the conditional Poisson test; a season of returns is no alarm.
    A product without a past is compared with the others alone.
    """
    window = Window(now, DAYS)
    tallies = _tallies(window)
    shop = Tally()
    for tally in tallies.values():
        shop = shop.plus(tally)
    tested = sum(1 for tally in tallies.values() if tally.sold)
    for product, tally in sorted(tallies.items()):
        usual = tally.former_rate if tally.former_sold else _rate_of_others(tally, shop)
        if tally.returned >= FEWEST and tally.rate >= TIMES * usual:
            probability = _chance(tally, shop)
            if is_sure(probability, tested):
                yield _finding(product, tally, usual, window, probability)


def _chance(tally: Tally, shop: Tally) -> float:
    others = rate_rose(
        tally.returned, tally.sold, shop.returned - tally.returned, shop.sold - tally.sold
    )
    if not tally.former_sold:
        return others
    own = rate_rose(tally.returned, tally.sold, tally.former_returned, tally.former_sold)
    return max(own, others)


def _rate_of_others(tally: Tally, shop: Tally) -> float:
    return (shop.returned - tally.returned) / max(shop.sold - tally.sold, 1)


def _tallies(window: Window) -> dict[int, Tally]:
    """The figures of every product that was sold or came back."""
    lines = OrderLine.objects.filter(
        product__isnull=False,
        order__placed_at__gt=window.before,
        order__placed_at__lte=window.now,
    ).exclude(order__status=Order.Status.CANCELLED)
    late, early = Q(order__placed_at__gt=window.start), Q(order__placed_at__lte=window.start)
    rows = lines.values("product", "order__kind").annotate(
        n=Count("order", distinct=True, filter=late),
        former=Count("order", distinct=True, filter=early),
        units=Sum("quantity", filter=late, default=0),
    )
    tallies: dict[int, Tally] = defaultdict(Tally)
    for row in rows.order_by("product"):
        tally = tallies[row["product"]]
        if row["order__kind"] == Order.Kind.SALE:
            tally.sold, tally.former_sold = row["n"], row["former"]
        else:
            tally.returned, tally.former_returned = row["n"], row["former"]
            tally.units = abs(row["units"])
    return tallies


def _finding(pk: int, tally: Tally, usual: float, window: Window, probability: float) -> Finding:
    product = Product.objects.defer("search").get(pk=pk)
    back = Order.objects.filter(
        kind=Order.Kind.RETURN,
        placed_at__gt=window.start,
        placed_at__lte=window.now,
        lines__product=product,
    ).exclude(status=Order.Status.CANCELLED)
    newest = back.distinct().order_by("-placed_at", "-id").values_list("pk", "placed_at")
    is_many = tally.rate >= MANY_TIMES * usual
    return Finding(
        key=f"product:{pk}",
        name=str(product),
        evidence={
            "days": DAYS,
            "returns": tally.returned,
            "units": tally.units,
            "sales": tally.sold,
            "rate": round(tally.rate, 4),
            "former_rate": round(usual, 4),
            "former_returns": tally.former_returned,
            "former_sales": tally.former_sold,
            "p": probability,
        },
        rows_of=Alarm.RowsOf.ORDERS,
        rows=tuple(pk for pk, _at in newest[:MOST_ROWS]),
        severity=Alarm.Severity.URGENT if is_many else Alarm.Severity.WARNING,
        subject={"product": pk},
    )
