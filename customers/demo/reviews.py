"""Six hundred reviews: who wrote one, when, and with how many stars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from customers.demo.content import content
from customers.demo.faulty import incidents, language_of
from customers.demo.orders import is_faulty
from customers.demo.records import Order, Review
from customers.demo.review_texts import Purchase, ReviewText
from customers.demo.seasons import before, midnight, moment
from customers.demo.stories import (
    FAULTY_BATCH_DAY,
    FAULTY_SKU,
    PRICE_RISE_DAY,
    VIP_KEY,
    VIP_REVIEW_DAY,
)
from customers.demo.wording import Deck, unused, with_words

REVIEWS = 600
CHINESE_SHARE = 0.1
# Weights of one to five stars for a product of good, middling and poor repute.
REPUTE = {"good": (2, 4, 8, 29, 57), "middling": (8, 8, 16, 33, 35), "poor": (20, 19, 24, 21, 16)}
REPUTE_SHARES = (70, 22, 8)
LATE = (26, 28, 28, 12, 6)
SENT_BACK = (45, 40, 15, 0, 0)
# Days from the parcel to the review: from, to, and the likeliest. Seeds have to come up first.
WRITTEN_AFTER = (5, 80, 14)
SPROUTED_AFTER = (28, 90, 40)
# Days after the price rise on which gardeners told the world.
RISE_TOLD_AFTER = (8, 40)


def purchases(orders: Sequence[Order]) -> list[Purchase]:
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


def reviews(seed: int, anchor: date, orders: Sequence[Order]) -> list[Review]:
    """The reviews by time, R0001 onwards; the planted ones among them."""
    bought = purchases(orders)
    written = list(_planted(seed, anchor, orders, bought))
    written += _ordinary(Random(f"{seed}/reviews"), anchor, bought, written)
    written.sort(key=lambda review: review.written_at)
    return [replace(review, key=f"R{n:04}") for n, review in enumerate(written, start=1)]


def _planted(
    seed: int, anchor: date, orders: Sequence[Order], bought: Sequence[Purchase]
) -> Iterator[Review]:
    """The hand-written reviews of the stories."""
    rng = Random(f"{seed}/planted reviews")
    yield from _early_praise(rng, anchor, bought)
    yield from _blame(seed, anchor, orders, bought)
    told = content("stories")
    writers = {
        p.person.key: p
        for p in bought
        if p.person.habit == "garden_group"
        and p.product.category == "Garden"
        and p.person.language == "en"
    }
    for row, purchase in zip(told["garden"]["reviews"]["texts"], writers.values(), strict=False):
        day = before(anchor, PRICE_RISE_DAY - rng.randint(*RISE_TOLD_AFTER))
        yield _told(purchase, row, moment(rng, day))
    towel = next(p for p in bought if p.person.key == VIP_KEY and p.product.kind == "towel")
    day = moment(rng, before(anchor, VIP_REVIEW_DAY))
    yield _told(towel, told["vip"]["review"], day)


def _early_praise(rng: Random, anchor: date, bought: Sequence[Purchase]) -> Iterator[Review]:
    """Of the kettle, by those who bought it before the faulty batch."""
    turned = midnight(before(anchor, FAULTY_BATCH_DAY))
    early = [
        p for p in bought
        if p.product.sku == FAULTY_SKU and p.person.key != VIP_KEY and not p.sent_back
        and p.arrived_at < turned - timedelta(days=WRITTEN_AFTER[1])
    ]  # fmt: skip
    rng.shuffle(early)
    for row in content("stories")["faulty"]["praise"]:
        writes_so = [p for p in early if p.person.language == language_of(row)]
        if writes_so:
            early.remove(writes_so[0])
            yield _told(writes_so[0], row, _written_at(rng, writes_so[0]))


def _blame(
    seed: int, anchor: date, orders: Sequence[Order], bought: Sequence[Purchase]
) -> Iterator[Review]:
    """Of the kettle, by those who have one of the batch."""
    of_order = {p.order.number: p for p in bought if p.product.sku == FAULTY_SKU}
    for row, incident in incidents(seed, anchor, orders):
        if "rating" in row:
            texts = {key: with_words(row[key], incident.words) for key in ("title", "body")}
            purchase = of_order[incident.kettle.order.number]
            yield _told(purchase, {**row, **texts}, incident.at)


def _ordinary(
    rng: Random, anchor: date, bought: Sequence[Purchase], planted: Sequence[Review]
) -> Iterator[Review]:
    repute = {
        sku: REPUTE[rng.choices(tuple(REPUTE), REPUTE_SHARES)[0]]
        for sku in sorted({purchase.product.sku for purchase in bought})
    }
    repute[FAULTY_SKU] = REPUTE["good"]
    deck, taken = Deck(rng), {review.body for review in planted}
    wrote = {(review.person.key, review.product.sku) for review in planted}
    chinese = int(REVIEWS * CHINESE_SHARE) - sum(r.person.language == "zh" for r in planted)
    others = REVIEWS - len(planted) - chinese
    for is_chinese, count in ((True, chinese), (False, others)):
        able = [p for p in bought if (p.person.language == "zh") == is_chinese]
        drawn = (
            _drawn(deck, purchase, at, _stars(purchase, repute), taken)
            for purchase, at in _writers(rng, anchor, able, wrote)
        )
        yield from islice((review for review in drawn if review.body), count)


def _drawn(
    deck: Deck, purchase: Purchase, at: datetime, stars: tuple[int, ...], taken: set[str]
) -> Review:
    """A review with stars by their weights; its body is empty when nothing new is left to say."""
    rating = deck.rng.choices(range(1, 6), stars)[0]
    title = ReviewText(deck, purchase, rating, at).title()
    body = unused(lambda: ReviewText(deck, purchase, rating, at).body(), taken)
    return _told(purchase, {"rating": rating, "title": title, "body": body}, at)


def _writers(
    rng: Random, anchor: date, bought: Sequence[Purchase], wrote: set[tuple[str, str]]
) -> Iterator[tuple[Purchase, datetime]]:
    """Purchases in a random order and when they were reviewed, each buyer once a product.

    Nobody reviews the faulty batch here: that story is told by hand.
    """
    for purchase in rng.sample(bought, len(bought)):
        at, pair = _written_at(rng, purchase), (purchase.person.key, purchase.product.sku)
        is_told = purchase.person.key == VIP_KEY or is_faulty(
            purchase.order, purchase.product, anchor
        )
        if at < midnight(anchor) and pair not in wrote and not is_told:
            wrote.add(pair)
            yield purchase, at


def _stars(purchase: Purchase, repute: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    if purchase.sent_back:
        return SENT_BACK
    return LATE if purchase.was_late else repute[purchase.product.sku]


def _written_at(rng: Random, purchase: Purchase) -> datetime:
    days = SPROUTED_AFTER if purchase.product.kind == "seeds" else WRITTEN_AFTER
    return moment(rng, (purchase.arrived_at + timedelta(days=rng.triangular(*days))).date())


def _told(purchase: Purchase, row: Mapping[str, Any], at: datetime) -> Review:
    texts = row["rating"], row["title"], row["body"]
    return Review("", purchase.person, purchase.product, *texts, at)
