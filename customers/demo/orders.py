"""The orders of two years: rhythm, postage, delivery, cancellations and returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from customers.demo.baskets import Shelf, Shopper
from customers.demo.catalogue import kinds, price_on
from customers.demo.content import content
from customers.demo.records import Line, Order, Person, Product
from customers.demo.seasons import YEAR, before, demand, midnight, moment, paced_days
from customers.demo.stories import (
    FAULTY_BATCH_DAY,
    FAULTY_RETURN_DAYS,
    FAULTY_RETURN_RATE,
    FAULTY_SKU,
    RETURN_DAYS,
    VIP_DELIVERY_DAYS,
    VIP_LATE_DAYS,
)

FREE_FROM = Decimal("50.00")
FIRST_NUMBER = 10001
CANCELLED_SHARE = 0.02
LATE_SHARE = 0.06


@dataclass(frozen=True)
class Zone:
    """Postage and delivery of a part of the world, as the help articles tell them."""

    name: str
    postage: Decimal
    days: tuple[int, int]


HOME = Zone("Standard delivery", Decimal("3.95"), (2, 4))
EUROPE = Zone("Delivery to Europe", Decimal("9.50"), (5, 8))
WORLD = Zone("International delivery", Decimal("16.00"), (8, 14))
EUROPEANS = {"IE", "DE", "FR", "NL", "ES", "PL"}


def zone_of(country: str) -> Zone:
    """The delivery zone of a country code."""
    if country == "GB":
        return HOME
    return EUROPE if country in EUROPEANS else WORLD


def orders(seed: int, anchor: date, people: list[Person], products: list[Product]) -> list[Order]:
    """All orders by time, sales numbered from FK-10001; a return is its sale's number + R."""
    shelf = Shelf(products, seed)
    sales = [sale for person in people for sale in _sales(seed, anchor, person, shelf)]
    sales.sort(key=lambda sale: sale.placed_at)
    numbered = [sale.numbered(f"FK-{n}") for n, sale in enumerate(sales, start=FIRST_NUMBER)]
    rng = Random(f"{seed}/returns")
    returns = [back for sale in numbered for back in _returns(rng, anchor, sale)]
    return sorted([*numbered, *returns], key=lambda order: order.placed_at)


def _sales(seed: int, anchor: date, person: Person, shelf: Shelf) -> Iterator[Order]:
    rng = Random(f"{seed}/orders/{person.key}")
    shopper = Shopper(person, shelf, rng)
    for place, days in enumerate(_order_days(rng, anchor, person)):
        yield _sale(rng, anchor, shopper, days, first=place == 0)


def _order_days(rng: Random, anchor: date, person: Person) -> list[int]:
    """Days before the anchor on which the customer orders, oldest first."""
    season = "spring" if person.tastes[0] == "garden" else ""

    def weight(days: int) -> float:
        month = before(anchor, days).month
        return YEAR[month] * demand(season, month)

    late = VIP_LATE_DAYS if person.habit == "vip" else ()
    window = range(person.first_day, person.last_day - 1, -1)
    return [*paced_days(rng, person.order_count - len(late), window, weight), *late]


def _sale(rng: Random, anchor: date, shopper: Shopper, days: int, *, first: bool) -> Order:
    day = before(anchor, days)
    goods = [
        Line(product, product.name, pieces, price_on(product, days))
        for product, pieces in _basket(shopper, day, days)
    ]
    lines = (*goods, *_charges(rng, shopper.person, goods, day, first=first))
    placed = moment(rng, day)
    order = Order("", shopper.person, placed, _delivery(rng, shopper.person, placed, days), lines)
    return _with_state(rng, order, midnight(anchor), days)


def _basket(shopper: Shopper, day: date, days: int) -> list[tuple[Product, int]]:
    """Products and pieces; what the guest house ordered in the first story is told there."""
    if shopper.person.habit == "vip" and days in VIP_LATE_DAYS:
        told = content("stories")["vip"]["orders"][VIP_LATE_DAYS.index(days)]
        goods = [product for product in shopper.shelf.products if product.sku in told]
        return [(product, told[product.sku]) for product in goods]
    return [(product, shopper.quantity(product)) for product in shopper.basket(day)]


def _charges(
    rng: Random, person: Person, goods: list[Line], day: date, *, first: bool
) -> Iterator[Line]:
    worth = sum((line.amount for line in goods), Decimal(0))
    zone = zone_of(person.country)
    if zone is not HOME or worth < FREE_FROM:
        yield Line(None, zone.name, 1, zone.postage)
    if day.month in (11, 12) and rng.random() < 0.2:
        yield Line(None, "Gift wrapping", 1, Decimal("3.50"))
    if first and not person.company and rng.random() < 0.4:
        tenth = (worth / 10).quantize(Decimal("0.01"), ROUND_HALF_UP)
        yield Line(None, "Voucher WELCOME10", 1, -tenth)


def _delivery(rng: Random, person: Person, placed: datetime, days: int) -> datetime:
    took = rng.randint(*zone_of(person.country).days)
    if rng.random() < LATE_SHARE:
        took += rng.randint(5, 14)
    if person.habit == "vip" and days in VIP_LATE_DAYS:
        took = VIP_DELIVERY_DAYS.get(days, days + 1)
    return placed + timedelta(days=took, hours=rng.uniform(-3, 3))


def _with_state(rng: Random, order: Order, now: datetime, days: int) -> Order:
    """Status, payment and fulfilment as they stand at the anchor."""
    if order.person.habit != "vip" and days > 1 and rng.random() < CANCELLED_SHARE:
        return replace(
            order, status="cancelled", payment="refunded", fulfilment="unfulfilled",
            delivered_at=None,
        )  # fmt: skip
    if order.delivered_at and order.delivered_at < now:
        return order
    sent = days > 1
    return replace(
        order, status="open", delivered_at=None,
        payment="paid" if sent or rng.random() < 0.8 else "pending",
        fulfilment="shipped" if sent else "unfulfilled",
    )  # fmt: skip


def _returns(rng: Random, anchor: date, sale: Order) -> Iterator[Order]:
    """At most one return a sale, with the lines that came back."""
    back = [
        line
        for line in sale.lines
        if line.product and rng.random() < _return_rate(sale, line.product, anchor)
    ]
    arrived = sale.delivered_at
    if not back or not arrived:
        return
    patience = FAULTY_RETURN_DAYS if _has_faulty(sale, back, anchor) else RETURN_DAYS
    sent = arrived + timedelta(days=rng.randint(*patience), hours=rng.randint(0, 9))
    if sent >= midnight(anchor):
        return
    yield Order(
        number=f"{sale.number}-R",
        person=sale.person,
        placed_at=sent,
        delivered_at=None,
        lines=tuple(replace(line, quantity=-line.quantity) for line in back),
        kind="return",
        payment="refunded",
        fulfilment="returned",
        returned_order=sale.number,
    )


def _return_rate(sale: Order, product: Product, anchor: date) -> float:
    if is_faulty(sale, product, anchor):
        return FAULTY_RETURN_RATE
    return kinds()[product.kind].returns / 1000


def _has_faulty(sale: Order, lines: list[Line], anchor: date) -> bool:
    return any(line.product and is_faulty(sale, line.product, anchor) for line in lines)


def is_faulty(sale: Order, product: Product, anchor: date) -> bool:
    """Whether it is a kettle of the batch with the weak hinge."""
    since = midnight(before(anchor, FAULTY_BATCH_DAY))
    return product.sku == FAULTY_SKU and sale.placed_at >= since
