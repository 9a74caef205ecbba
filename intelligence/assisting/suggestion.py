"""What a suggestion is, whichever way it was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property

from customers.assisting.wording import blanks, first_name
from customers.models import Customer, Draft, Order, Ticket
from customers.quotations import address_of
from intelligence.assisting.asked import Asked
from intelligence.assisting.personal import Details, Filling

MOST_ORDERS = 500


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply that may be offered: see the columns of `Draft`."""

    origin: str
    text: str
    score: float
    sources: list[dict[str, Any]]
    generator: str = ""
    model_version: str = ""
    note: str = ""


@dataclass
class Matter:
    """The ticket that is to be answered, what is asked in it, and for whom."""

    draft: Draft
    asked: Asked
    conversation: list[Any] = field(default_factory=list)

    @property
    def ticket(self) -> Ticket:
        """The ticket."""
        return self.draft.ticket

    @property
    def customer(self) -> Customer | None:
        """Who is answered."""
        return self.ticket.customer

    @cached_property
    def customer_name(self) -> str:
        """What they are called in a greeting."""
        return first_name(self.customer.name) if self.customer else ""

    @cached_property
    def agent_name(self) -> str:
        """Who answers; a login is no name to sign with."""
        return self.draft.asked_by.get_full_name() if self.draft.asked_by else ""

    @cached_property
    def order(self) -> Order | None:
        """The order that the ticket is about, where it is this customer's."""
        order = self.ticket.order
        return order if order and order.customer_id == self.ticket.customer_id else None

    @cached_property
    def products(self) -> list[str]:
        """What was bought in that order."""
        if self.order is None:
            return []
        lines = self.order.lines.filter(product__isnull=False).order_by("position")
        return list(lines.values_list("product__name", flat=True))

    @cached_property
    def filling(self) -> Filling:
        """What takes the place of another customer's details: records of this ticket alone."""
        own = {"name": self.customer_name}
        if self.customer:
            own |= {"email": self.customer.email, "phone": self.customer.phone}
        if self.order:
            own["order"] = self.order.number
        if len(self.products) == 1:
            own["product"] = self.products[0]
        return Filling(blanks(), own)

    def order_source(self) -> list[dict[str, Any]]:
        """The order as a source, where there is one."""
        if self.order is None:
            return []
        page = address_of("order", self.order.pk)
        return [source("order", self.order.pk, self.order.number, address=page)]


def source(kind: str, pk: int, title: str, quote: str = "", address: str = "") -> dict[str, Any]:
    """An entry of `Draft.sources`."""
    return {"kind": kind, "id": pk, "title": title[:200], "quote": quote, "address": address}


def details_of(tickets: list[Ticket], agents: dict[int, list[str]]) -> dict[int, Details]:
    """What records know of the customers of these tickets, by ticket, at a fixed number of
    queries. `agents` are names of those who answered in them.
    """
    owners = {ticket.customer_id for ticket in tickets if ticket.customer_id}
    numbers: dict[int | None, list[str]] = {}
    orders = Order.objects.filter(customer__in=owners).order_by("-placed_at")
    for owner, number in orders.values_list("customer_id", "number")[:MOST_ORDERS]:
        numbers.setdefault(owner, []).append(number)
    found = {}
    for ticket in tickets:
        customer, order = ticket.customer, ticket.order
        found[ticket.pk] = Details(
            names=_filled(customer.name if customer else ""),
            others=_filled(customer.company if customer else "", *agents.get(ticket.pk, [])),
            emails=_filled(customer.email if customer else ""),
            phones=_filled(customer.phone if customer else ""),
            orders=_filled(
                *numbers.get(ticket.customer_id, []), *((order.number,) if order else ())
            ),
            products=_filled(
                *(
                    (line.product.name for line in order.lines.all() if line.product)
                    if order
                    else ()
                )
            ),
            places=_filled(customer.city if customer else ""),
        )
    return found


def _filled(*details: str) -> tuple[str, ...]:
    return tuple(detail.strip() for detail in details if detail and detail.strip())


def has_link(text: str) -> bool:
    """Whether an address of the web stands in a text."""
    return "://" in text or "www." in text
