"""What a customer complained about: products that must not be recommended to them.

A complaint is one of

- an open ticket in which they sound negative or want what complaints want
  (`Ticket.objects.complaints()`): about the products it names exactly, by name or SKU, else
  about all products of its order;
- a return, about the products of its lines;
- a review of at most two stars or that sounds negative, about its product.

The product stays suppressed. Its kind, the category, is suppressed while the matter is open
(`settings.RECOMMENDATION_SUPPRESS_KIND`): an open ticket, or a return that is not completed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from customers.models import Ticket
from customers.models.review import FEW_STARS, NEGATIVE
from customers.sql import rows_of

TICKET, RETURN, REVIEW = "ticket", "return", "review"

# Products are named early in a complaint; the look-up costs a probe of an index for each
# run of words, so it ends here.
READ_CHARACTERS = 2000
MOST_WORDS = 16
FEWEST_CHARACTERS = 4
# A Chinese sign is a word by itself, for no blank tells words apart there.
WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
BLANK = re.compile(r"\s+")

OTHER_CAUSES_SQL = """
SELECT o.customer_id, p.id, p.name, p.category, 'return', o.id, o.number, o.status = 'open'
FROM customers_order o
JOIN customers_orderline l ON l.order_id = o.id
JOIN customers_product p ON p.id = l.product_id
WHERE o.customer_id = ANY(%(pks)s) AND o.kind = 'return' AND o.status <> 'cancelled'
  AND o.placed_at <= now()
UNION ALL
SELECT r.customer_id, p.id, p.name, p.category, 'review', r.id, r.title, false
FROM customers_review r JOIN customers_product p ON p.id = r.product_id
WHERE r.customer_id = ANY(%(pks)s)
  AND (r.rating <= %(stars)s OR r.effective_sentiment = ANY(%(negative)s))
"""
TICKETS_SQL = """
SELECT t.id, t.customer_id, t.subject, t.order_id,
    left(string_agg(m.body, E'\\n' ORDER BY m.sent_at, m.id), %(most)s)
FROM customers_ticket t
LEFT JOIN customers_message m ON m.ticket_id = t.id AND m.author_kind = 'customer'
WHERE t.id = ANY(%(pks)s)
GROUP BY t.id
"""
NAMED_SQL = """
SELECT id, name, category, lower(name), lower(sku) FROM customers_product
WHERE lower(name) = ANY(%(said)s) OR (sku <> '' AND lower(sku) = ANY(%(said)s))
"""
LINES_SQL = """
SELECT DISTINCT l.order_id, p.id, p.name, p.category
FROM customers_orderline l JOIN customers_product p ON p.id = l.product_id
WHERE l.order_id = ANY(%(orders)s)
"""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One product that a customer complained about, and where: `cause` is ticket, return or
    review, `cause_id` its key and `said` how it is called.
    """

    customer_id: int
    product_id: int
    product: str
    category: str
    cause: str
    cause_id: int
    said: str
    is_open: bool

    @property
    def kind(self) -> str:
        """The category that is suppressed with it; "" when only the product is."""
        suppressed = self.is_open and settings.RECOMMENDATION_SUPPRESS_KIND
        return self.category if suppressed else ""

    @property
    def address(self) -> str:
        """The page where staff see it."""
        if self.cause == REVIEW:
            return reverse("product", args=[self.product_id])
        return reverse("ticket" if self.cause == TICKET else "order", args=[self.cause_id])


@dataclass(frozen=True, slots=True)
class Matter:
    """One ticket, return or review with all products and kinds that are left out for it."""

    first: Complaint
    products: list[str]
    kinds: list[str]


def by_cause(complaints: Iterable[Complaint]) -> list[Matter]:
    """The complaints of one customer, each matter once, in their order."""
    matters: dict[tuple[str, int], list[Complaint]] = {}
    for complaint in complaints:
        matters.setdefault((complaint.cause, complaint.cause_id), []).append(complaint)
    return [
        Matter(
            first=found[0],
            products=list(dict.fromkeys(one.product for one in found)),
            kinds=list(dict.fromkeys(one.kind for one in found if one.kind)),
        )
        for found in matters.values()
    ]


def complaints_of(customer_pks: Sequence[int]) -> list[Complaint]:
    """What these customers complained about, open matters first."""
    found = [*_of_tickets(customer_pks), *_of_returns_and_reviews(customer_pks)]
    return sorted(found, key=lambda one: (not one.is_open, one.cause, one.cause_id))


def _of_returns_and_reviews(customer_pks: Sequence[int]) -> Iterator[Complaint]:
    parameters = {"pks": list(customer_pks), "stars": FEW_STARS, "negative": list(NEGATIVE)}
    for row in dict.fromkeys(rows_of(OTHER_CAUSES_SQL, parameters)):
        yield Complaint(*row)


def _of_tickets(customer_pks: Sequence[int]) -> Iterator[Complaint]:
    complaints = Ticket.objects.complaints().filter(customer__in=customer_pks)
    pks = list(complaints.values_list("pk", flat=True))
    if not pks:
        return
    tickets = rows_of(TICKETS_SQL, {"pks": pks, "most": READ_CHARACTERS})
    said = {row[0]: runs_of_words(f"{row[2]}\n{row[4] or ''}") for row in tickets}
    named = _named(set().union(*said.values()))
    bought = _lines({row[3] for row in tickets if row[3]})
    for pk, customer, subject, order, _ in tickets:
        meant = [product for words, product in named if words & said[pk]] or bought.get(order, [])
        for product, name, category in meant:
            yield Complaint(customer, product, name, category, TICKET, pk, subject, True)


def runs_of_words(text: str) -> set[str]:
    """Every run of up to `MOST_WORDS` words of a text, in lower case: what may be a name.

    A run also stands with the marks that follow it, for names may end in them.
    """
    text = BLANK.sub(" ", text.lower())[:READ_CHARACTERS]
    words = [match.span() for match in WORD.finditer(text)]
    found = set()
    for first, (start, _) in enumerate(words):
        for _, end in words[first : first + MOST_WORDS]:
            found.add(text[start:end])
            marks = text.find(" ", end)
            found.add(text[start : marks if marks >= 0 else len(text)])
    return {run for run in found if len(run) >= FEWEST_CHARACTERS}


def _named(said: set[str]) -> list[tuple[set[str], tuple[int, str, str]]]:
    """Products with one of these as name or SKU, each with what it is called."""
    rows = rows_of(NAMED_SQL, {"said": sorted(said)}) if said else []
    return [({name, sku}, (pk, shown, category)) for pk, shown, category, name, sku in rows]


def _lines(order_pks: Iterable[int]) -> dict[int, list[tuple[int, str, str]]]:
    found: dict[int, list[tuple[int, str, str]]] = {}
    for order, *product in rows_of(LINES_SQL, {"orders": sorted(order_pks)}):
        found.setdefault(order, []).append(tuple(product))
    return found
