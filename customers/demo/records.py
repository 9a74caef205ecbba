"""The demo shop as plain data: what `generate` gives and the loader writes.

Times are aware UTC. `key`, `sku` and `number` are the external ids of the loaded rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

CURRENCY = "GBP"


@dataclass(frozen=True)
class Kind:
    """How one kind of product sells; see content/kinds.toml."""

    tastes: tuple[str, ...]
    popularity: float
    returns: int
    season: str = ""
    lasts: int = 0


@dataclass(frozen=True)
class Product:
    """One product; `noun` is what people call it, `noun_zh` what Chinese customers do."""

    sku: str
    name: str
    noun: str
    noun_zh: str
    plural: bool
    kind: str
    category: str
    brand: str
    price: Decimal
    description: str
    stock: int


@dataclass(frozen=True)
class Person:
    """A customer, with what only the generator knows: habit, tastes, years of custom."""

    key: str
    name: str
    email: str
    language: str
    country: str
    habit: str
    tastes: tuple[str, ...]
    order_count: int
    first_day: int
    last_day: int
    company: str = ""
    phone: str = ""
    city: str = ""
    tags: tuple[str, ...] = ()
    consent: bool | None = None

    @property
    def first_name(self) -> str:
        """How an agent addresses the customer; the whole name for Chinese names."""
        return self.name if self.language == "zh" else self.name.split()[0]


@dataclass(frozen=True)
class Line:
    """A line of an order: a product, or a charge where `product` is None."""

    product: Product | None
    description: str
    quantity: int
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Quantity times unit price."""
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Order:
    """A sale, or a return (`kind` "return", negative quantities) of `returned_order`.

    `delivered_at` is when the parcel arrived, None while it is on its way.
    """

    number: str
    person: Person
    placed_at: datetime
    delivered_at: datetime | None
    lines: tuple[Line, ...]
    kind: str = "sale"
    status: str = "completed"
    payment: str = "paid"
    fulfilment: str = "delivered"
    returned_order: str = ""

    @property
    def goods_total(self) -> Decimal:
        """The sum of the product lines."""
        return sum((line.amount for line in self.lines if line.product), Decimal(0))

    @property
    def charges_total(self) -> Decimal:
        """The sum of the charges: postage, gift wrapping, vouchers."""
        return sum((line.amount for line in self.lines if not line.product), Decimal(0))

    @property
    def products(self) -> list[Product]:
        """The products bought, in the order of the lines."""
        return [line.product for line in self.lines if line.product]

    def numbered(self, number: str) -> Order:
        """The same order under its final number."""
        return replace(self, number=number)


@dataclass(frozen=True)
class Review:
    """What a customer wrote about a product."""

    key: str
    person: Person
    product: Product
    rating: int
    title: str
    body: str
    written_at: datetime


@dataclass(frozen=True)
class Message:
    """One message of a ticket; `author` is customer, agent or system."""

    author: str
    body: str
    sent_at: datetime


@dataclass(frozen=True)
class Ticket:
    """A conversation. `matter` is what it was written about, `intent` what staff set."""

    key: str
    person: Person
    order: Order | None
    subject: str
    status: str
    priority: str
    channel: str
    matter: str
    intent: str
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Article:
    """A help article in Markdown.

    `status` and `visibility` are values of the model. `expires_on` is the day from which it
    counts no more; `changed_on` the day when somebody last looked at it, None for today.
    """

    key: str
    title: str
    category: str
    language: str
    body: str
    status: str = "published"
    visibility: str = "public"
    expires_on: date | None = None
    changed_on: date | None = None


@dataclass(frozen=True)
class Shop:
    """The whole shop as it looks on the morning of `anchor`."""

    anchor: date
    products: list[Product] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
