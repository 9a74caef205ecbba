"""What a ticket's texts propose for its fields; nothing is written until a person ticks it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.forms import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from customers.complaints import runs_of_words
from customers.extraction import (
    Found,
    Named,
    fields_in,
    order_numbers,
    order_shapes,
    things_named,
    wishes,
)
from customers.marks import Mark, marked
from customers.models import Customer, Intent, Message, Order, Product, Ticket

FIELDS = {
    "order": _("order"),
    "intent": _("intent"),
    "phone": _("phone"),
    "email": _("e-mail"),
    "product": _("product"),
    "quantity": _("quantity"),
    "date": _("date"),
    "address": _("address"),
    "postcode": _("postcode"),
}
# Which fields are the customer's; `intent` and `order` have columns on the ticket, and the
# others are noted there.
OF_CUSTOMER = ("phone", "email")
READ_MESSAGES, SHAPES_FROM, MOST_BOUGHT = 20, 200, 500
EVIDENCE_AROUND = 60  # characters at each side of the words
# National phone numbers are read as those of the customer's country.
REGIONS = {
    "united kingdom": "GB", "great britain": "GB", "ireland": "IE", "eire": "IE",
    "germany": "DE", "deutschland": "DE", "austria": "AT", "switzerland": "CH", "france": "FR",
    "belgium": "BE", "netherlands": "NL", "spain": "ES", "portugal": "PT", "italy": "IT",
    "poland": "PL", "denmark": "DK", "sweden": "SE", "norway": "NO", "finland": "FI",
    "united states": "US", "usa": "US", "canada": "CA", "australia": "AU", "china": "CN",
    "中国": "CN", "japan": "JP", "hong kong": "HK", "singapore": "SG",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field that a message proposes: `value` is what would be written (a key or a text),
    `shown` how it is called, `now` what stands there. Where it cannot be applied, `refusal`
    says why.
    """

    name: str
    value: str
    shown: str
    now: str
    message: Message
    found: Found
    address: str = ""
    refusal: str = ""

    @property
    def key(self) -> str:
        """What a form names it by: another value, or the same words of another text, have
        another key.
        """
        text = self.message.body[self.found.start : self.found.end]
        named = f"{self.name}|{self.value}|{self.message.pk}|{self.found.start}|{text}"
        return hashlib.sha256(named.encode()).hexdigest()[:24]

    @property
    def label(self) -> str:
        """What the field is called."""
        return str(FIELDS[self.name])

    @property
    def is_new(self) -> bool:
        """Whether it would change anything."""
        return not self.refusal and self.shown != self.now

    @property
    def is_likely(self) -> bool:
        """Whether it is ticked from the start: it fills an empty field."""
        return self.is_new and not self.now

    @property
    def evidence(self) -> SafeString:
        """The words, marked, with some of the text around them."""
        start = max(0, self.found.start - EVIDENCE_AROUND)
        text = self.message.body[start : self.found.end + EVIDENCE_AROUND]
        mark = Mark(self.found.start - start, self.found.end - start, "for", self.label)
        return marked(text, [mark])

    def as_json(self) -> dict[str, Any]:
        """What the log keeps of it."""
        place = {"message": self.message.pk, "start": self.found.start, "end": self.found.end}
        return {"field": self.name, "after": self.value, "shown": self.shown, **place}


@dataclass
class Reading:
    """The texts of a ticket's customer, and what the shop knows to find in them."""

    ticket: Ticket
    messages: Sequence[Message]
    proposed: dict[tuple[str, str], Proposal] = field(default_factory=dict)

    def proposals(self) -> list[Proposal]:
        """Every proposal once, in the order of `FIELDS`."""
        for message in self.messages:
            for proposal in self._of(message):
                self.proposed.setdefault((proposal.name, proposal.value), proposal)
        order = list(FIELDS)
        return sorted(self.proposed.values(), key=lambda one: order.index(one.name))

    def _of(self, message: Message) -> Iterator[Proposal]:
        numbers = order_numbers(message.body, self._shape)
        yield from self._orders(message, numbers)
        yield from self._intents(message)
        yield from self._products(message)
        taken = [(one.start, one.end) for one in numbers]
        for found in fields_in(message.body, self._region):
            if not any(start < found.end and found.start < end for start, end in taken):
                yield from self._plain(message, found)

    def _orders(self, message: Message, numbers: Sequence[Found]) -> Iterator[Proposal]:
        for found in numbers:
            order = self._orders_by_number.get(_bare(found.value))
            now = self.ticket.order.number if self.ticket.order else ""
            if order is None:
                continue
            if order.customer_id is None or order.customer_id != self.ticket.customer_id:
                refusal = str(_("not this customer's order"))
                yield Proposal("order", found.value, found.value, now, message, found, "", refusal)
                continue
            page = reverse("order", args=[order.pk])
            yield Proposal("order", str(order.pk), order.number, now, message, found, page)

    def _intents(self, message: Message) -> Iterator[Proposal]:
        now = str(self.ticket.intent) if self.ticket.intent else ""
        for found in wishes(message.body):
            intent = self._intents_by_slug.get(found.value)
            if intent is not None:
                yield Proposal("intent", intent.pk, str(intent), now, message, found)

    def _products(self, message: Message) -> Iterator[Proposal]:
        now = self.ticket.noted.get("product", "")
        named = things_named(message.body, self._bought)
        for found in named or things_named(message.body, self._catalogue):
            page = reverse("product", args=[int(found.value)])
            name = self._called[found.value]
            yield Proposal("product", name, name, now, message, found, page)

    def _plain(self, message: Message, found: Found) -> Iterator[Proposal]:
        refusal = self._refused(found)
        now = self.ticket.noted.get(found.kind, "")
        if found.kind in OF_CUSTOMER:
            now = getattr(self.ticket.customer, found.kind, "") or ""
        if _same(found.kind, found.value, now):
            return
        yield Proposal(found.kind, found.value, found.value, now, message, found, "", refusal)

    def _refused(self, found: Found) -> str:
        if found.kind in OF_CUSTOMER and self.ticket.customer is None:
            return str(_("the ticket has no customer"))
        try:
            if found.kind == "email":
                validate_email(found.value)
        except ValidationError:
            return str(_("no valid address"))
        longest = Customer._meta.get_field("phone").max_length or 0
        return str(_("too long")) if found.kind == "phone" and len(found.value) > longest else ""

    @cached_property
    def _shape(self) -> Any:
        rows: Any = Order.objects.order_by("-placed_at", "-id").values_list("number", flat=True)
        own = rows.filter(customer=self.ticket.customer_id) if self.ticket.customer_id else []
        return order_shapes([*rows[:SHAPES_FROM], *own[:SHAPES_FROM]])

    @cached_property
    def _orders_by_number(self) -> dict[str, Order]:
        """The orders that the texts name, by their bare number; the customer's own first."""
        said = {
            found.value
            for message in self.messages
            for found in order_numbers(message.body, self._shape)
        }
        written = {form for number in said for form in _forms(number)}
        rows = list(Order.objects.filter(number__in=written).order_by("-placed_at", "-id"))
        rows.sort(key=lambda order: order.customer_id == self.ticket.customer_id)
        return {_bare(order.number): order for order in rows}

    @cached_property
    def _intents_by_slug(self) -> dict[str, Intent]:
        return Intent.objects.active().in_bulk()

    @cached_property
    def _bought(self) -> list[Named]:
        if self.ticket.customer_id is None:
            return []
        rows = Product.objects.filter(order_lines__order__customer=self.ticket.customer_id)
        found = rows.order_by("pk").distinct().values_list("pk", "name", "sku")[:MOST_BOUGHT]
        return [Named(str(pk), (name, sku)) for pk, name, sku in found]

    @cached_property
    def _catalogue(self) -> list[Named]:
        """Products that the latest texts name exactly, by name or SKU."""
        said = sorted(runs_of_words("\n".join(one.body for one in reversed(self.messages))))
        rows = Product.objects.annotate(called=Lower("name"), code=Lower("sku"))
        named = rows.filter(Q(called__in=said) | Q(code__in=said) & ~Q(sku=""))
        found = named.order_by("pk").values_list("pk", "name", "sku")
        return [Named(str(pk), (name, sku)) for pk, name, sku in found]

    @cached_property
    def _called(self) -> dict[str, str]:
        return {thing.key: thing.names[0] for thing in (*self._catalogue, *self._bought)}

    @property
    def _region(self) -> str | None:
        country = self.ticket.customer.country if self.ticket.customer else ""
        return REGIONS.get(country.strip().lower())


def proposals_for(ticket: Ticket) -> list[Proposal]:
    """What the ticket's customer wrote that could stand in a field, the latest text last."""
    said = Message.objects.from_customers().filter(ticket=ticket)
    latest = list(said.order_by("-sent_at", "-id")[:READ_MESSAGES])[::-1]
    return Reading(ticket, latest).proposals()


def _bare(number: str) -> str:
    """An order number without what people leave out."""
    return "".join(sign for sign in number.upper() if sign.isalnum())


def _forms(number: str) -> set[str]:
    """The ways in which an order number of the shop may be written in its records."""
    upper = number.upper()
    dashed = "-".join(upper.split())
    return {number, upper, upper.lower(), dashed, _bare(number), *_dashed(_bare(number))}


def _dashed(bare: str) -> set[str]:
    """A bare number with a dash where letters end and digits begin."""
    head = bare.rstrip("0123456789")
    return {f"{head}-{bare[len(head) :]}"} if head and head != bare else set()


def _same(kind: str, value: str, now: str) -> bool:
    if kind == "phone":
        digits, known = ("".join(c for c in text if c.isdigit()) for text in (value, now))
        return bool(known) and (digits == known or digits.endswith(known.lstrip("0")))
    return value.casefold() == now.casefold()
