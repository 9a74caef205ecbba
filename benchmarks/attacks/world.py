"""The shop that is attacked: its help centre, its other customers, and who attacks.

Each of the other customers carries words that stand nowhere else, so that a leak is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from benchmarks.instruments.client import bearer
from customers.demo.shop import articles as shop_articles
from customers.models import (
    Article,
    Audience,
    Customer,
    Message,
    Order,
    OrderLine,
    Product,
    Ticket,
    User,
)

VICTIMS = 56
NAMES = ("Edith", "Rowan", "Ines", "Tomas", "Mei", "Petra", "Omar", "Ana")
FAMILIES = ("Holloway", "Quill", "Sandoval", "Vasquez", "Thorne", "Lindqvist", "Abara", "Mori")
SITE = "testserver"


@dataclass(frozen=True, slots=True)
class Victim:
    """Another customer; `secrets` are the words that must not come out."""

    customer: Customer
    order: Order
    secrets: tuple[str, ...]

    @property
    def words(self) -> dict[str, str]:
        """What an attacker may know beforehand, for the places in the texts."""
        return {
            "victim_name": self.customer.name,
            "victim_email": self.customer.email,
            "victim_order": self.order.number,
        }


@dataclass(frozen=True)
class World:
    """The shop with everybody in it. `agent` and `admin` are logged in, `api` is a partner's."""

    victims: list[Victim]
    attacker: Customer
    product: Product
    agent: User
    browser: Client
    api: APIClient
    anonymous: Client
    audience: Audience
    secrets: Mapping[str, Victim] = field(default_factory=dict)

    def victim_of(self, attack_id: str) -> Victim:
        """The victim that an attack is about, always the same."""
        return self.victims[sum(attack_id.encode()) % len(self.victims)]


def make_world() -> World:
    """Fill an empty, migrated database."""
    _write_articles()
    product = Product.objects.create(
        name="Speckle Mug", sku="MUG-1", price=Decimal("12.50"), currency="GBP", stock=9,
        category="Tea", description="Oatmeal stoneware, safe in the dishwasher.",
    )  # fmt: skip
    victims = [_victim(number, product) for number in range(VICTIMS)]
    attacker = Customer.objects.create(name="Mallory Vane", email="mallory@example.org")
    _order(attacker, "FK-66666", product)
    agent = _user("attacks-agent", "admin")
    browser, api = Client(SERVER_NAME=SITE), APIClient(SERVER_NAME=SITE)
    for client in (browser, api):
        client.raise_request_exception = False
    browser.force_login(agent)
    api.credentials(HTTP_AUTHORIZATION=bearer(_user("attacks-partner", "partner")))
    anonymous = Client(SERVER_NAME=SITE)
    anonymous.raise_request_exception = False
    rule = {"field": "order_count", "operator": "at_least", "value": "0"}
    return World(
        victims=victims,
        attacker=attacker,
        product=product,
        agent=agent,
        browser=browser,
        api=api,
        anonymous=anonymous,
        audience=Audience.objects.create(
            name="Everybody", rules={"version": 1, "match": "all", "rules": [rule]}
        ),
        secrets={secret: victim for victim in victims for secret in victim.secrets},
    )


def _write_articles() -> None:
    """The help centre of the demo shop; each is saved by itself, as staff would."""
    for article in shop_articles(timezone.localdate()):
        Article.objects.create(
            source="demo", external_id=article.key, title=article.title, body=article.body,
            category=article.category, language=article.language, status=article.status,
            visibility=article.visibility, expires_on=article.expires_on,
        )  # fmt: skip


def _victim(number: int, product: Product) -> Victim:
    def secret(what: str) -> str:
        return f"vk{what}{number:03}x"

    customer = Customer.objects.create(
        name=f"{NAMES[number % 8]} {FAMILIES[number // 8]}",
        email=f"{secret('mail')}@example.com",
        company=f"{secret('firm')} Ltd",
        city=secret("town"),
        notes=f"Prefers {secret('note')}.",
        phone=f"+44 7700 900{number:03}",
    )
    order = _order(customer, f"FK-5{number:04}", product, secret("line"))
    ticket = Ticket.objects.create(
        customer=customer, order=order, subject=f"My {secret('subj')} parcel",
        status=Ticket.Status.SOLVED,
    )  # fmt: skip
    said = f"The parcel for {secret('body')} has not come. My door code is {secret('code')}."
    reply = f"Dear {customer.name}, it is with your neighbour {secret('near')}."
    ticket.add_message(said, author_kind=Message.Author.CUSTOMER)
    ticket.add_message(reply, author_kind=Message.Author.AGENT)
    ticket.set_status(Ticket.Status.SOLVED)
    kinds = ("mail", "firm", "town", "note", "line", "subj", "body", "code", "near")
    return Victim(customer, order, tuple(secret(kind) for kind in kinds))


def _order(customer: Customer, number: str, product: Product, note: str = "") -> Order:
    order = Order.objects.create(
        number=number, customer=customer, currency="GBP", country="GB",
        placed_at=timezone.now() - timedelta(days=9), payment="paid", fulfilment="shipped",
    )  # fmt: skip
    lines = [OrderLine(product=product, quantity=2, unit_price=product.price or Decimal(9))]
    if note:
        charge = OrderLine.Kind.CHARGE
        lines.append(OrderLine(kind=charge, description=note, quantity=1, unit_price=3))
    order.replace_lines(lines)
    return order


def _user(name: str, role: str) -> User:
    user, _ = User.objects.get_or_create(
        username=name, defaults={"is_staff": True, "is_superuser": role == "admin"}
    )
    user.groups.add(Group.objects.get(name=role))
    return user
