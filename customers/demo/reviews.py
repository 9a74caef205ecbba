"""Six hundred reviews: stars by product and experience, words that agree with both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from customers.demo.content import content
from customers.demo.orders import zone_of
from customers.demo.records import Order, Person, Product, Review
from customers.demo.seasons import before, midnight, moment
from customers.demo.stories import (
    FAULTY_BATCH_DAY,
    FAULTY_SKU,
    PRICE_RISE_DAY,
    VIP_KEY,
)
from customers.demo.wording import about, after_colon, joined, one, unused

REVIEWS = 600
CHINESE_SHARE = 0.1
# Weights of one to five stars for a product of good, middling and poor repute.
REPUTE = {"good": (3, 4, 8, 28, 57), "middling": (8, 8, 16, 33, 35), "poor": (20, 19, 24, 21, 16)}
LATE = (30, 28, 24, 12, 6)
SENT_BACK = (45, 40, 15, 0, 0)
ASPECTS = ("delivery", "price", "packaging", "service", "gift")
ASPECT_WEIGHTS = (30, 26, 14, 14, 16)


@dataclass(frozen=True)
class Purchase:
    """A delivered product that its buyer may write about."""

    order: Order
    product: Product
    sent_back: bool

    @property
    def person(self) -> Person:
        """The buyer."""
        return self.order.person

    @property
    def was_late(self) -> bool:
        """Whether the parcel took longer than the delivery zone promises."""
        assert self.order.delivered_at
        took = (self.order.delivered_at - self.order.placed_at).days
        return took > zone_of(self.person.country).days[1] + 1


def purchases(orders: list[Order]) -> list[Purchase]:
    """Every delivered product of every sale, oldest first."""
    back = {
        (order.returned_order, product.sku)
        for order in orders
        if order.kind == "return"
        for product in order.products
    }
    return [
        Purchase(order, product, (order.number, product.sku) in back)
        for order in orders
        if order.kind == "sale" and order.delivered_at
        for product in order.products
    ]


def reviews(seed: int, anchor: date, orders: list[Order]) -> list[Review]:
    """The reviews by time, R0001 onwards; the planted ones among them."""
    bought = purchases(orders)
    written = [*_planted(seed, anchor, bought)]
    written += _ordinary(seed, anchor, bought, written)
    written.sort(key=lambda review: review.written_at)
    return [
        Review(**{**vars(review), "key": f"R{number:04}"})
        for number, review in enumerate(written, start=1)
    ]


def _planted(seed: int, anchor: date, bought: list[Purchase]) -> Iterator[Review]:
    """The hand-written reviews of the stories."""
    rng = Random(f"{seed}/planted reviews")
    yield from _faulty(rng, anchor, bought)
    told = content("stories")
    garden = [
        p for p in bought if p.person.habit == "garden_group" and p.product.category == "Garden"
    ]
    writers = {p.person.key: p for p in garden if p.person.language != "zh"}
    for row, purchase in zip(told["garden"]["reviews"]["texts"], writers.values(), strict=False):
        day = moment(rng, before(anchor, PRICE_RISE_DAY - rng.randint(8, 40)))
        yield _told(purchase, row, day)
    towels = [p for p in bought if p.person.key == VIP_KEY and p.product.category == "Textiles"]
    yield _told(towels[-1], told["vip"]["review"], moment(rng, before(anchor, 6)))


def _faulty(rng: Random, anchor: date, bought: list[Purchase]) -> Iterator[Review]:
    """Each text goes to a buyer of the batch who writes that language."""
    since = midnight(before(anchor, FAULTY_BATCH_DAY))
    batch = [p for p in bought if p.product.sku == FAULTY_SKU and p.order.placed_at >= since]
    waiting = {p.person.key: p for p in batch if p.person.key != VIP_KEY}
    for row in content("stories")["faulty"]["reviews"]:
        chinese = row["body"][0] > "\u2fff"
        able = [p for p in waiting.values() if (p.person.language == "zh") == chinese]
        if able:
            purchase = waiting.pop(able[0].person.key)
            yield _told(purchase, row, _written_at(rng, anchor, purchase))


def _told(purchase: Purchase, row: dict[str, Any], written_at: datetime) -> Review:
    return Review(
        "", purchase.person, purchase.product, row["rating"], row["title"], row["body"], written_at
    )


def _ordinary(
    seed: int, anchor: date, bought: list[Purchase], planted: list[Review]
) -> Iterator[Review]:
    rng = Random(f"{seed}/reviews")
    repute = {
        sku: rng.choices(tuple(REPUTE), (70, 22, 8))[0]
        for sku in sorted({purchase.product.sku for purchase in bought})
    }
    taken = {review.body for review in planted}
    wanted = REVIEWS - len(planted)
    chinese = int(REVIEWS * CHINESE_SHARE)
    for language, count in (("zh", chinese), ("en", wanted - chinese)):
        for purchase in islice(_writers(rng, anchor, bought, language), count):
            rating = rng.choices(range(1, 6), _stars(purchase, repute))[0]
            body = unused(lambda: _body(rng, purchase, rating, language), taken)
            title = one(rng, content(f"reviews_{language}")["titles"][str(rating)])
            row = {
                "rating": rating,
                "title": title.format(**about(purchase.product)).strip(),
                "body": body,
            }
            yield _told(purchase, row, _written_at(rng, anchor, purchase))


def _writers(
    rng: Random, anchor: date, bought: list[Purchase], language: str
) -> Iterator[Purchase]:
    """Purchases in a random order, each pair of customer and product once.

    Nobody praises the faulty batch: its buyers wrote their reviews already.
    """
    able = [
        p for p in bought
        if (p.person.language == "zh") == (language == "zh")
        and p.person.key != VIP_KEY
        and not (p.product.sku == FAULTY_SKU and p.order.placed_at >= midnight(before(anchor, FAULTY_BATCH_DAY)))
        and p.order.delivered_at and p.order.delivered_at < midnight(before(anchor, 4))
    ]  # fmt: skip
    rng.shuffle(able)
    return iter({(p.person.key, p.product.sku): p for p in able}.values())


def _stars(purchase: Purchase, repute: dict[str, str]) -> tuple[int, ...]:
    if purchase.sent_back:
        return SENT_BACK
    return LATE if purchase.was_late else REPUTE[repute[purchase.product.sku]]


def _written_at(rng: Random, anchor: date, purchase: Purchase) -> datetime:
    assert purchase.order.delivered_at
    delivered = purchase.order.delivered_at.date()
    room = (anchor - delivered).days - 1
    return moment(rng, delivered + timedelta(days=rng.randint(1, max(1, min(room, 45)))))


class _Voice:
    """Draws fragments for one review, none twice."""

    def __init__(self, rng: Random, purchase: Purchase, language: str) -> None:
        self.rng, self.purchase = rng, purchase
        self.language = language
        self.texts = content(f"reviews_{language}")
        self.words = about(purchase.product)
        if language == "zh":
            self.words["noun"] = purchase.product.noun_zh
        self.said: set[str] = set()

    def of_kind(self, tone: str) -> str:
        product = self.purchase.product
        kinds = self.texts["kinds"]
        return self._draw(kinds.get(product.kind, kinds.get(product.category))[tone])

    def of_aspect(self, tone: str, *aspects: str) -> str:
        aspect = one(self.rng, aspects) if aspects else self.rng.choices(ASPECTS, ASPECT_WEIGHTS)[0]
        if self.purchase.was_late and aspect == "delivery" and tone == "good":
            aspect = "packaging"
        return self._draw(self.texts["aspects"][aspect][tone])

    def lead(self, part: str, rating: int) -> str:
        return self._format(one(self.rng, self.texts[part][str(rating)]))

    def turn(self, which: str, sentence: str) -> str:
        lead = one(self.rng, self.texts["turns"][which])
        if not lead or self.language == "zh":
            return lead + sentence
        return lead + after_colon(sentence)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _draw(self, sentences: list[str]) -> str:
        fresh = [sentence for sentence in sentences if sentence not in self.said]
        if not fresh:
            return ""
        sentence = one(self.rng, fresh)
        self.said.add(sentence)
        return self._format(sentence)

    def _format(self, sentence: str) -> str:
        text = sentence.format(**self.words)
        return text[:1].upper() + text[1:]


def _body(rng: Random, purchase: Purchase, rating: int, language: str) -> str:
    voice = _Voice(rng, purchase, language)
    middle = _MIDDLES[rating](voice)
    opening, closing = voice.lead("openings", rating), voice.lead("closings", rating)
    return joined([opening, *middle, closing], language=language)


def _five(voice: _Voice) -> list[str]:
    parts = [voice.of_kind("good")]
    if voice.chance(0.45):
        parts.append(voice.of_kind("good"))
    if voice.chance(0.55):
        parts.append(voice.of_aspect("good"))
    return parts


def _four(voice: _Voice) -> list[str]:
    parts = [voice.of_kind("good")]
    if voice.chance(0.4):
        parts.append(voice.of_aspect("good"))
    if voice.chance(0.65):
        quibble = (
            voice.of_kind("mild") if voice.chance(0.6) else voice.of_aspect("mild", *ASPECTS[:4])
        )
        parts.append(voice.turn("but", quibble))
    return parts


def _three(voice: _Voice) -> list[str]:
    parts = [voice.of_kind("mild"), voice.of_aspect("mild")]
    if voice.purchase.was_late:
        parts[1] = voice.of_aspect("bad", "delivery")
    elif voice.chance(0.5):
        parts.insert(0, voice.of_kind("good"))
    return parts


def _two(voice: _Voice) -> list[str]:
    parts = [_grievance(voice)]
    if voice.chance(0.4):
        parts.append(voice.of_aspect("bad", "price", "service", "packaging"))
    if voice.chance(0.5):
        parts.append(voice.turn("still", voice.of_aspect("good", "packaging", "service")))
    return parts


def _one(voice: _Voice) -> list[str]:
    parts = [_grievance(voice)]
    if voice.chance(0.45):
        parts.append(voice.of_kind("bad"))
    if voice.chance(0.75):
        parts.append(voice.of_aspect("bad", "price", "service", "packaging", "gift"))
    return parts


def _grievance(voice: _Voice) -> str:
    """The main complaint: the wait where there was one, else the product."""
    late = voice.purchase.was_late and not voice.purchase.sent_back
    return voice.of_aspect("bad", "delivery") if late else voice.of_kind("bad")


_MIDDLES = {1: _one, 2: _two, 3: _three, 4: _four, 5: _five}
