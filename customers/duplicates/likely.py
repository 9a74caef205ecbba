"""Whom a customer that is being entered may be: looked up by indexes, within milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from customers.duplicates.normalising import person
from customers.duplicates.scan import COLUMNS, LIKELY, judged, people
from customers.duplicates.weights import Weights, usual
from customers.models import Customer, DuplicatePair, DuplicateScan

MOST_CANDIDATES, MOST_SHOWN = 200, 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """A customer who is probably the one that is being entered: how likely, and why, as in
    `DuplicatePair.reasons`.
    """

    customer: Customer
    score: float
    reasons: list[dict[str, Any]]

    @property
    def percent(self) -> int:
        """The probability in percent, rounded down and never certain."""
        return min(99, int(100 * self.score))

    @property
    def reasons_for(self) -> list[dict[str, Any]]:
        """The reasons that speak for one person."""
        return [reason for reason in self.reasons if reason["bits"] > 0]


def likely_duplicates(customer: Customer) -> list[Likeness]:
    """Customers that are probably the same person as this one (saved or not), the likeliest
    first. Pairs that staff keep apart are left out.
    """
    entered = person(customer.pk or 0, *(getattr(customer, name) for name in COLUMNS[1:]))
    found = _candidates(customer)
    if not found:
        return []
    weights = _weights()
    told = {
        one.pk: judged(entered, one, weights)
        for one in people(Customer.objects.filter(pk__in=found))
    }
    likely = [pk for pk, (score, _reasons) in told.items() if score >= LIKELY]
    best = sorted(likely, key=lambda pk: -told[pk][0])[:MOST_SHOWN]
    rows = Customer.objects.defer("search").in_bulk(best)
    return [Likeness(rows[pk], *told[pk]) for pk in best if pk in rows]


def _candidates(customer: Customer) -> set[int]:
    """Those of the same mailbox, and those found by the words of name, phone and address."""
    others = Customer.objects.exclude(pk=customer.pk) if customer.pk else Customer.objects.all()
    found: set[int] = set()
    if customer.email:
        same = others.filter(email__in=[customer.email, customer.email.lower()])
        found.update(same.values_list("pk", flat=True)[:MOST_CANDIDATES])
    for words in (customer.name, customer.phone, customer.email.partition("@")[0]):
        if words.strip():
            alike = others.matching(words).order_by()
            found.update(alike.values_list("pk", flat=True)[:MOST_CANDIDATES])
    if customer.pk and found:
        apart = DuplicatePair.objects.filter(state=DuplicatePair.State.APART)
        mine = apart.filter(Q(first=customer.pk) | Q(second=customer.pk))
        for first, second in mine.values_list("first", "second"):
            found -= {first, second}
    return found


def _weights() -> Weights:
    """What the last search learnt, else what is usual for a shop of this size."""
    scan = DuplicateScan.objects.filter(status=DuplicateScan.Status.DONE).first()
    size = max(_customers(), 100)
    if scan is None or not scan.weights:
        return usual(size)
    learnt = scan.weights
    return Weights(learnt["m"], learnt["u"], learnt["odds"], max(scan.rows_total, 100))


def _customers() -> int:
    """About how many customers there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = 'customers_customer'::regclass"
        )
        return int(cursor.fetchone()[0])
