"""Who writes about what: a customer, an order, a product and a moment that fit a case.

A case is a row of the ticket files. It may ask for a stage of the order and days in it
(`stage`, `days`), kinds of product or product numbers (`about`), countries, months, a charge
on the order (`charge`), or that the customer never ordered again (`parting`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from customers.demo.catalogue import kinds
from customers.demo.content import content
from customers.demo.orders import zone_of
from customers.demo.records import Order, Person, Product
from customers.demo.stages import Moments, Sale
from customers.demo.stories import FAULTY_SKU
from customers.demo.wording import about, duration, needs, short_name, spelled

Case = Mapping[str, Any]

ATTEMPTS = 3000
OTHER_LANGUAGES = ("de", "fr")
# Nobody writes "the mug" who bought twelve.
PIECES = 2
# Their tickets are written by hand, in content/stories.toml.
STORY_HABITS = ("vip", "garden_group")
# Days of custom from which people mention it.
LONG_CUSTOM, LONGER_CUSTOM = 420, 600
# Stages in which the parcel has not come yet, and those in which it has.
WAITING = ("underway", "late")
AT_HOME = ("delivered", "came_late", "returning")


@dataclass(frozen=True)
class Situation:
    """A customer with a reason to write at a moment."""

    sale: Sale
    stage: str
    opened_at: datetime
    product: Product | None
    other: Product | None

    @property
    def person(self) -> Person:
        """Who writes."""
        return self.sale.order.person

    @property
    def order(self) -> Order | None:
        """The order it is about; None where it is about none."""
        return None if self.stage == "visit" else self.sale.order

    @property
    def arrives_at(self) -> datetime | None:
        """When the parcel that is waited for comes, or came."""
        return self.sale.order.delivered_at if self.stage in WAITING else None


class Situations:
    """Finds situations in the orders of some customers, each order used once."""

    def __init__(self, orders: Sequence[Order], goods: Sequence[Product], now: datetime) -> None:
        plain = [order for order in orders if order.person.habit not in STORY_HABITS]
        self.moments = Moments(plain, now)
        self.goods = [product for product in goods if product.sku != FAULTY_SKU]
        self.last = {order.person.key: order for order in plain if order.kind == "sale"}
        self.used: set[str] = set()

    def find(self, rng: Random, case: Case, sentence: str) -> Situation | None:
        """A situation that fits the case and has all words that the sentence needs."""
        wanted = needs(sentence)
        for _ in range(ATTEMPTS):
            found = self.moments.draw(rng, case["stage"], case.get("days"))
            if not found or not self._suits(case, *found):
                continue
            situation = self._with_products(rng, case, *found)
            if situation and wanted <= words(situation).keys():
                self.used.add(situation.sale.order.number)
                return situation
        return None

    def _suits(self, case: Case, sale: Sale, at: datetime) -> bool:
        order = sale.order
        return (
            order.number not in self.used
            and order.person.country in case.get("countries", (order.person.country,))
            and at.month in case.get("months", (at.month,))
            and any(
                case.get("charge", line.description) == line.description for line in order.lines
            )
            and (not case.get("parting") or self.last[order.person.key] is order)
        )

    def _with_products(self, rng: Random, case: Case, sale: Sale, at: datetime) -> Situation | None:
        wanted = case.get("about", ())
        able = [
            product
            for product in self._talked_of(case["stage"], sale)
            if not wanted or product.kind in wanted or product.sku in wanted
        ]
        if not able:
            return None if wanted else Situation(sale, case["stage"], at, None, None)
        product = rng.choice(able)
        return Situation(sale, case["stage"], at, product, self._other(rng, product, sale.order))

    def _talked_of(self, stage: str, sale: Sale) -> list[Product]:
        if stage == "visit":
            tastes = sale.order.person.tastes
            return [p for p in self.goods if any(t in tastes for t in kinds()[p.kind].tastes)]
        order = sale.back if sale.back and stage in ("returning", "returned") else sale.order
        return [
            line.product
            for line in order.lines
            if line.product and line.product.sku != FAULTY_SKU and abs(line.quantity) <= PIECES
        ]

    def _other(self, rng: Random, product: Product, order: Order) -> Product | None:
        """A product like it that is not in the order."""
        known = {product.sku, *(bought.sku for bought in order.products)}
        near = [p for p in self.goods if p.category == product.category and p.sku not in known]
        nearer = [p for p in near if p.kind == product.kind]
        return rng.choice(nearer or near) if near else None


def words(situation: Situation) -> dict[str, str]:
    """What the braces of a sentence stand for here; what a situation lacks has no word."""
    known = _person_words(situation)
    if situation.order:
        known |= _order_words(situation, situation.order)
    if situation.product:
        known |= _product_words(situation, situation.product)
    return known | _custom(situation)


def _person_words(situation: Situation) -> dict[str, str]:
    person = situation.person
    known = {
        "name": person.name,
        "first_name": person.first_name,
        "email": person.email,
        "daytime": _daytime(situation.opened_at, person.language),
        "delivery": _delivery(person),
    }
    if person.phone:
        known["phone"] = person.phone
    if addresses := details(person.language)["addresses"].get(person.country):
        known["address"] = addresses[int(person.key[1:]) % len(addresses)]
    return known


def details(language: str) -> dict[str, Any]:
    """Names of months, days and staff, and addresses, in that language."""
    if language in OTHER_LANGUAGES:
        return content("tickets_other")["details"][language]
    return content(f"tickets_{language}")["details"]


def written_date(at: datetime, language: str) -> str:
    """Day and month as people write them."""
    told = details(language)
    return told["date"].format(day=at.day, month=told["months"][at.month - 1])


def _daytime(at: datetime, language: str) -> str:
    return details(language)["daytimes"][0 if at.hour < 12 else 1 if at.hour < 18 else 2]


def _delivery(person: Person) -> str:
    first, last = zone_of(person.country).days
    return f"{first}到{last}" if person.language == "zh" else f"{spelled(first)} to {spelled(last)}"


def _order_words(situation: Situation, order: Order) -> dict[str, str]:
    at, language = situation.opened_at, situation.person.language
    known = {
        "order": order.number,
        "ordered": written_date(order.placed_at, language),
        "ordered_month": details(language)["months"][order.placed_at.month - 1],
    }
    days = (at - order.placed_at).days
    if days > 1:
        known["days"] = str(days)
    if order.delivered_at and situation.stage in AT_HOME:
        known["held"] = duration((at - order.delivered_at).days, language)
        took = (order.delivered_at - order.placed_at).days
        known["days"] = str(took)
        known["late"] = spelled(took - zone_of(order.person.country).days[1])
    return known


def _product_words(situation: Situation, product: Product) -> dict[str, str]:
    known = about(product, situation.person.language)
    lines = situation.order.lines if situation.order else ()
    paid = [line.unit_price for line in lines if line.product == product]
    known["price"] = f"{paid[0] if paid else product.price:.2f}"
    if situation.other:
        known["other"] = short_name(situation.other)
        noun = about(situation.other, situation.person.language)["noun"]
        if noun.rstrip("s") != known["noun"].rstrip("s"):
            known["other_noun"] = noun
    return known


def _custom(situation: Situation) -> dict[str, str]:
    """How long the customer has been one, where it is worth a mention."""
    first = situation.sale.now - timedelta(days=situation.person.first_day)
    days = (situation.opened_at - first).days
    if days < LONG_CUSTOM:
        return {}
    return {"custom": "nearly two years" if days > LONGER_CUSTOM else "well over a year"}
