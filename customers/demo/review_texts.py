"""What a review says: sentences that agree with its stars, its product and its parcel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from customers.demo.content import content
from customers.demo.orders import zone_of
from customers.demo.records import Order, Person, Product
from customers.demo.situations import details
from customers.demo.wording import Deck, about, after_colon, duration, fill, joined, needs, spelled

ASPECTS = {"delivery": 30, "price": 26, "packaging": 14, "service": 14, "gift": 16}
QUIBBLES = ("delivery", "price", "packaging", "service")
# Days from which "after {since}" is worth a mention; days up to which a parcel was quick.
WORTH_TELLING, QUICK = 12, 3
TOLERATED = 1


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
    def arrived_at(self) -> datetime:
        """When the parcel came."""
        assert self.order.delivered_at
        return self.order.delivered_at

    @property
    def took(self) -> int:
        """How many days the parcel was on its way."""
        return (self.arrived_at - self.order.placed_at).days

    @property
    def days_late(self) -> int:
        """How many days longer than the delivery zone promises; negative when early."""
        return self.took - zone_of(self.person.country).days[1]

    @property
    def was_late(self) -> bool:
        """Whether the parcel was later than people tolerate."""
        return self.days_late > TOLERATED


class ReviewText:
    """Writes the title and the body of one review, no sentence twice."""

    def __init__(self, deck: Deck, purchase: Purchase, rating: int, written_at: datetime) -> None:
        self.deck, self.purchase, self.rating = deck, purchase, rating
        self.language = "zh" if purchase.person.language == "zh" else "en"
        self.file = content(f"reviews_{self.language}")
        self.words = self._words(written_at)
        self.spent_aspects: set[str] = set()
        self.said: set[str] = set()

    @property
    def is_about_the_wait(self) -> bool:
        """Whether the writer's grief is the parcel and not the product."""
        return self.purchase.was_late and not self.purchase.sent_back and self.rating < 4

    def title(self) -> str:
        """A title that goes with the stars; sometimes empty."""
        kind = "late" if self.is_about_the_wait and self.rating < 3 else str(self.rating)
        return self._one(self.file["titles"][kind])

    def body(self) -> str:
        """A few sentences."""
        middle = {1: self._one_star, 2: self._two, 3: self._three, 4: self._four, 5: self._five}
        opening = self._one(self.file["openings"][str(self.rating)])
        parts = middle[self.rating]()
        closing = self._one(self.file["closings"][str(self.rating)])
        return joined([opening, *parts, closing], self.language)

    def _words(self, written_at: datetime) -> Mapping[str, str]:
        purchase, placed = self.purchase, self.purchase.order.placed_at
        paid = [line for line in purchase.order.lines if line.product == purchase.product]
        weekdays = details(self.language)["weekdays"]
        chinese = self.language == "zh"
        words = about(purchase.product, self.language) | {
            "price": f"{paid[0].unit_price:.2f}",
            "days": str(purchase.took) if chinese else spelled(purchase.took),
            "late": spelled(max(purchase.days_late, 0)),
            "promised": spelled(zone_of(purchase.person.country).days[1]),
            "ordered_day": weekdays[placed.weekday()],
            "arrived_day": weekdays[purchase.arrived_at.weekday()],
        }
        used = (written_at - purchase.arrived_at).days
        return words | ({"since": duration(used, self.language)} if used >= WORTH_TELLING else {})

    def _five(self) -> list[str]:
        parts = [self._of_kind("good")]
        if self._chance(0.4):
            parts.append(self._of_kind("good"))
        if self._chance(0.5):
            parts.append(self._of_aspect("good"))
        return parts

    def _four(self) -> list[str]:
        parts = [self._of_kind("good")]
        if self._chance(0.3):
            parts.append(self._of_aspect("good"))
        if self._chance(0.65):
            of_product = self._chance(0.6)
            quibble = self._of_kind("mild") if of_product else self._of_aspect("mild", *QUIBBLES)
            parts.append(self._turn("but", quibble))
        return parts

    def _three(self) -> list[str]:
        if self.purchase.was_late:
            return [self._of_kind("good"), self._of_aspect("bad", "delivery")]
        parts = [self._of_kind("mild"), self._of_aspect("mild", *QUIBBLES)]
        return [self._of_kind("good"), *parts] if self._chance(0.5) else parts

    def _two(self) -> list[str]:
        parts = [self._grievance()]
        if self._chance(0.4):
            parts.append(self._of_aspect("bad", "price", "service", "packaging"))
        if self._chance(0.5):
            parts.append(self._turn("still", self._of_aspect("good", "packaging", "service")))
        return parts

    def _one_star(self) -> list[str]:
        parts = [self._grievance()]
        if self._chance(0.4) and not self.is_about_the_wait:
            parts.append(self._of_kind("bad"))
        if self._chance(0.7):
            parts.append(self._of_aspect("bad", "price", "service", "packaging"))
        return parts

    def _grievance(self) -> str:
        if self.is_about_the_wait:
            return self._of_aspect("bad", "delivery")
        return self._of_kind("bad")

    def _of_kind(self, tone: str) -> str:
        product, kinds = self.purchase.product, self.file["kinds"]
        return self._one(kinds.get(product.kind, kinds.get(product.category))[tone])

    def _of_aspect(self, tone: str, *aspects: str) -> str:
        """A sentence about something that the review has not mentioned yet."""
        able = [a for a in aspects or ASPECTS if a not in self.spent_aspects]
        if tone == "good" and self.purchase.was_late:
            able = [aspect for aspect in able if aspect != "delivery"]
        if not able:
            return ""
        aspect = self.deck.rng.choices(able, [ASPECTS[a] for a in able])[0]
        self.spent_aspects.add(aspect)
        told = self.file["aspects"][aspect]
        is_quick = aspect == "delivery" and tone == "good" and self.purchase.took <= QUICK
        return self._one([*told[tone], *told["quick"]] if is_quick else told[tone])

    def _turn(self, which: str, sentence: str) -> str:
        """The sentence after "One small thing: " or the like."""
        lead = self.deck.one(self.file["turns"][which])
        if not lead or not sentence or self.language == "zh":
            return lead + sentence if sentence else ""
        return lead + after_colon(sentence)

    def _one(self, sentences: list[str]) -> str:
        able = [
            sentence for sentence in sentences
            if sentence not in self.said and needs(sentence) <= self.words.keys()
        ]  # fmt: skip
        if not able:
            return ""
        sentence = self.deck.one(able)
        self.said |= {sentence} - {""}
        text = fill(sentence, self.words)
        if "since" in needs(sentence):
            self.words = {word: said for word, said in self.words.items() if word != "since"}
        return text

    def _chance(self, share: float) -> bool:
        return self.deck.rng.random() < share
