"""How each kind of record is found: by identifiers exactly, then by its words."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from customers.models import Article, Customer, Message, Order, Product, Ticket
from customers.search.found import Group, Hit, Label

SHOWN = 5  # of a kind
# More rows than these are not ordered among each other: whoever typed so little types on.
MOST_RANKED = 200
OWN_NUMBER = re.compile(r"#?(\d{1,18})")


class Kind(ABC):
    """One kind of record: its name, icon and list, and how its rows are found and shown."""

    name: str
    label: Label
    icon: str
    list_name: str
    query = "q"  # the list's own search parameter

    def group(self, words: str, user: Any) -> Group:
        """The best rows that the user may see, exact ones first."""
        rows = self.rows(user)
        identified = self.exactly(words)
        exact = [] if identified is None else list(rows.filter(identified)[:SHOWN])
        known = {row.pk for row in exact}
        matching = [row for row in self.matching(rows, words) if row.pk not in known]
        hits = [self.hit(row, is_exact=True) for row in exact]
        hits += [self.hit(row) for row in self.ranked(matching, words)]
        more = f"{reverse(self.list_name)}?{urlencode({self.query: words})}"
        return Group(
            self.name, self.label, self.icon, hits[:SHOWN], more if len(hits) > SHOWN else ""
        )

    def hits(self, pks: Sequence[int], user: Any) -> list[Hit]:
        """These rows as far as the user may see them, in this order."""
        found = self.rows(user).in_bulk(list(pks))
        return [self.hit(found[pk]) for pk in pks if pk in found]

    @abstractmethod
    def rows(self, user: Any) -> QuerySet[Any]:
        """What the user may see."""

    @abstractmethod
    def exactly(self, words: str) -> Q | None:
        """Rows of which the words are an identifier, each part by an index; None for none."""

    @abstractmethod
    def hit(self, row: Any, *, is_exact: bool = False) -> Hit:
        """What is shown of a row."""

    def matching(self, rows: QuerySet[Any], words: str) -> Iterable[Any]:
        """At most `MOST_RANKED` rows with words that begin so."""
        found = list(rows.matching(words).order_by().values_list("pk", flat=True)[:MOST_RANKED])  # type: ignore[attr-defined]
        return rows.filter(pk__in=found)

    def ranked(self, rows: Sequence[Any], words: str) -> list[Any]:
        """The best first: whole words before beginnings, then the latest."""
        asked = words.lower().split()
        return sorted(rows, key=lambda row: (-_whole_words(str(row), asked), -row.pk))


class Customers(Kind):
    """By e-mail, phone, our number or the number of the system they come from."""

    name, label, icon, list_name = "customer", _("Customers"), "users", "customers"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Without what only their page shows."""
        return Customer.objects.visible_to(user).only("name", "email", "city", "external_id")

    def exactly(self, words: str) -> Q | None:
        """The e-mail address or our number."""
        if "@" in words:
            return Q(email=words) | Q(email=words.lower())
        return _own_number(words)

    def hit(self, row: Customer, *, is_exact: bool = False) -> Hit:
        """Name; e-mail and place."""
        detail = " · ".join(part for part in (row.email, row.city) if part)
        address = reverse("customer", args=[row.pk])
        return Hit(self.name, row.pk, str(row), detail, address, is_exact)


class Orders(Kind):
    """By number alone, whole or its beginning."""

    name, label, icon, list_name = "order", _("Orders"), "receipt", "orders"

    def rows(self, user: Any) -> QuerySet[Any]:
        """With the customer's name."""
        rows = Order.objects.visible_to(user).select_related("customer")
        names = ("number", "status", "placed_at", "customer__name", "customer__email")
        return rows.only(*names, "customer__external_id")

    def exactly(self, words: str) -> Q | None:
        """The number, with or without a "#" before it."""
        return Q(number=words.removeprefix("#"))

    def matching(self, rows: QuerySet[Any], words: str) -> Iterable[Any]:
        """Numbers that begin so."""
        number = words.removeprefix("#")
        return (
            rows.filter(number__startswith=number)[:SHOWN] if any(map(str.isdigit, number)) else ()
        )

    def hit(self, row: Order, *, is_exact: bool = False) -> Hit:
        """Number; who, and when."""
        who = str(row.customer) if row.customer else ""
        when = date_format(row.placed_at, "SHORT_DATE_FORMAT")
        detail = " · ".join(part for part in (who, when, row.get_status_display()) if part)
        address = reverse("order", args=[row.pk])
        return Hit(self.name, row.pk, row.number, detail, address, is_exact)


class Tickets(Kind):
    """By number, by subject and by what was written in them."""

    name, label, icon, list_name = "ticket", _("Tickets"), "inbox", "tickets"

    def rows(self, user: Any) -> QuerySet[Any]:
        """With the customer's name."""
        rows = Ticket.objects.visible_to(user).select_related("customer")
        names = ("subject", "status", "last_message_at", "customer__name", "customer__email")
        return rows.only(*names, "customer__external_id")

    def exactly(self, words: str) -> Q | None:
        """Our number."""
        return _own_number(words)

    def matching(self, rows: QuerySet[Any], words: str) -> Iterable[Any]:
        """By subject, and where those are few by the messages too."""
        by_subject = list(super().matching(rows, words))
        if len(by_subject) > SHOWN:
            return by_subject
        said = Message.objects.matching(words).order_by()
        spoken = list(said.values_list("ticket_id", flat=True)[:MOST_RANKED])
        known = {row.pk for row in by_subject}
        return [*by_subject, *rows.filter(pk__in=set(spoken) - known)]

    def hit(self, row: Ticket, *, is_exact: bool = False) -> Hit:
        """Subject; number, who and how it stands."""
        who = str(row.customer) if row.customer else ""
        detail = " · ".join(part for part in (f"#{row.pk}", who, row.get_status_display()) if part)
        address = reverse("ticket", args=[row.pk])
        return Hit(self.name, row.pk, row.subject, detail, address, is_exact)


class Products(Kind):
    """By stock keeping unit and by name, brand and category."""

    name, label, icon, list_name = "product", _("Products"), "package", "products"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Without vectors of words."""
        return Product.objects.visible_to(user).only("name", "sku", "brand", "category")

    def exactly(self, words: str) -> Q | None:
        """The SKU, in whatever case."""
        return Q(Exact(Lower("sku"), Value(words.lower())))

    def hit(self, row: Product, *, is_exact: bool = False) -> Hit:
        """Name; SKU, brand and category."""
        detail = " · ".join(part for part in (row.sku, row.brand, row.category) if part)
        address = reverse("product", args=[row.pk])
        return Hit(self.name, row.pk, row.name, detail, address, is_exact)


class Articles(Kind):
    """By their words, as in the help centre."""

    name, label, icon, list_name = "article", _("Help articles"), "book-open", "articles"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Without the texts."""
        return Article.objects.visible_to(user).only("title", "category", "language", "status")

    def exactly(self, words: str) -> Q | None:
        """None: articles have no number that people know."""
        return None

    def hit(self, row: Article, *, is_exact: bool = False) -> Hit:
        """Title; category, language and state."""
        parts = (row.category, row.language, row.get_status_display())
        address = reverse("article", args=[row.pk])
        detail = " · ".join(str(part) for part in parts if part)
        return Hit(self.name, row.pk, row.title, detail, address, is_exact)


KINDS: tuple[Kind, ...] = (Customers(), Orders(), Tickets(), Products(), Articles())
BY_NAME = {kind.name: kind for kind in KINDS}


def _own_number(words: str) -> Q | None:
    number = OWN_NUMBER.fullmatch(words)
    return Q(pk=int(number[1])) if number else None


def _whole_words(text: str, asked: Sequence[str]) -> int:
    words = set(re.findall(r"\w+", text.lower()))
    return sum(word in words for word in asked)
