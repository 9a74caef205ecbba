"""Companies: renaming one with its people, and what its people come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Sum
from django.db.models.functions import Upper

from customers.journal.recording import recorded
from customers.models import Company, Customer, JournalEntry

if TYPE_CHECKING:
    from customers.models import User


EDITED = ("name", "domain", "country", "notes", "source", "external_id")


@dataclass(frozen=True, slots=True)
class Spending:
    """What people bought, in one currency."""

    currency: str
    people: int
    orders: int
    amount: Decimal


def save_company(company: Company, *, former_name: str, by: User) -> None:
    """Save an edited company; people who had its former name get the new one."""
    rows = Company.objects.filter(pk=company.pk)
    with recorded(JournalEntry.Kind.EDITED, by=by) as journal:
        with journal.watching(rows, *EDITED):
            company.save()
        if former_name and former_name != company.name:
            people = Customer.objects.filter(company__iexact=former_name)
            with journal.watching(people, "company") as pks:
                Customer.objects.filter(pk__in=pks).update(company=company.name)


def spending_of(companies: Sequence[Company]) -> dict[int, list[Spending]]:
    """What the people of each company come to, by its key and currency, in one query."""
    by_name = {company.name.upper(): company.pk for company in companies}
    found: dict[int, list[Spending]] = {company.pk: [] for company in companies}
    rows = Customer.objects.annotate(upper_name=Upper("company")).filter(upper_name__in=by_name)
    summed = (
        rows.order_by()
        .values("upper_name", "currency")
        .annotate(people=Count("pk"), order_sum=Sum("order_count"), amount=Sum("spent_total"))
    )
    for row in summed.order_by("upper_name", "-amount"):
        sums = Spending(row["currency"], row["people"], row["order_sum"], row["amount"])
        found[by_name[row["upper_name"]]].append(sums)
    return found
