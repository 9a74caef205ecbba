"""The kettles of the faulty batch: who has one, and when its hinge gives them cause to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from customers.demo.content import content
from customers.demo.orders import is_faulty
from customers.demo.records import Order, Person
from customers.demo.seasons import midnight, moment
from customers.demo.stories import FAULTY_SKU, VIP_KEY
from customers.demo.wording import duration

# What makes a text hard to place.
CHOOSY = {"status", "pieces", "returned", "is_chinese"}
# Days before the anchor on which a ticket that is still open began: a single message, a talk.
JUST_WRITTEN, STILL_TALKING = (1, 2), (6, 8)


@dataclass(frozen=True)
class Kettle:
    """A kettle of the batch in its home; `back` is its return, where there is one."""

    order: Order
    back: Order | None
    pieces: int

    @property
    def person(self) -> Person:
        """Who has it."""
        return self.order.person

    @property
    def went_back(self) -> bool:
        """Whether the kettle itself was returned."""
        goods = self.back.products if self.back else ()
        return any(product.sku == FAULTY_SKU for product in goods)

    @property
    def arrived_at(self) -> datetime:
        """When it came."""
        assert self.order.delivered_at
        return self.order.delivered_at


@dataclass(frozen=True)
class Incident:
    """A kettle, and when its owner wrote about it."""

    kettle: Kettle
    at: datetime

    @property
    def words(self) -> dict[str, str]:
        """What the braces of the written texts stand for."""
        person = self.kettle.person
        held = duration((self.at - self.kettle.arrived_at).days, person.language)
        return {"held": held, "order": self.kettle.order.number, "first_name": person.first_name}


def incidents(
    seed: int, anchor: date, sold: Sequence[Order]
) -> Iterator[tuple[Mapping[str, Any], Incident]]:
    """The written reviews and tickets of the story, each with a kettle of its own.

    Those that few kettles fit choose first; a text that none fits is left out.
    """
    told = content("stories")["faulty"]
    rows = sorted([*told["tickets"], *told["blame"]], key=lambda row: not row.keys() & CHOOSY)
    batch = Batch(Random(f"{seed}/faulty batch"), anchor, sold)
    for row in rows:
        if incident := batch.incident(row):
            yield row, incident


class Batch:
    """The kettles that nobody has written about yet."""

    def __init__(self, rng: Random, anchor: date, sold: Sequence[Order]) -> None:
        self.rng, self.now = rng, midnight(anchor)
        backs = {order.returned_order: order for order in sold if order.kind == "return"}
        found = {
            order.person.key: Kettle(order, backs.get(order.number), line.quantity)
            for order in sold
            if order.kind == "sale" and order.delivered_at and order.person.key != VIP_KEY
            for line in order.lines
            if line.product and is_faulty(order, line.product, anchor)
        }
        self.waiting = list(found.values())
        rng.shuffle(self.waiting)

    def incident(self, row: Mapping[str, Any]) -> Incident | None:
        """A kettle that fits the written text, taken from those that wait; None if none does."""
        for kettle in self.waiting:
            at = self._moment(row, kettle) if self._suits(row, kettle) else None
            if at and kettle.arrived_at < at < self._end(row, kettle):
                self.waiting.remove(kettle)
                return Incident(kettle, at)
        return None

    def _end(self, row: Mapping[str, Any], kettle: Kettle) -> datetime:
        """Nobody writes about the kettle in the kitchen when it has gone back."""
        return kettle.back.placed_at if kettle.back and "returned" not in row else self.now

    def _suits(self, row: Mapping[str, Any], kettle: Kettle) -> bool:
        return (
            kettle.person.language == language_of(row)
            and kettle.pieces == row.get("pieces", 1)
            and (kettle.went_back or "returned" not in row)
        )

    def _moment(self, row: Mapping[str, Any], kettle: Kettle) -> datetime | None:
        """Around the return, in the last days where it is open, or after so many days."""
        if "returned" in row and kettle.back:
            days = timedelta(days=self.rng.randint(1, 4))
            sent = kettle.back.placed_at
            return sent + days if row["returned"] == "already" else sent - days
        first, last = row["held"]
        if row.get("status") == "open":
            ago = self.rng.randint(*(JUST_WRITTEN if len(row["messages"]) == 1 else STILL_TALKING))
            at = moment(self.rng, (self.now - timedelta(days=ago)).date())
            return at if first <= (at - kettle.arrived_at).days <= last else None
        held = timedelta(days=self.rng.randint(first, last))
        return moment(self.rng, (kettle.arrived_at + held).date())


def language_of(row: Mapping[str, Any]) -> str:
    """The language of a written text."""
    return "zh" if row.get("is_chinese") else "en"
