"""Addresses and numbers of customers: which is the first, and which are further ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customers.journal.recording import recorded
from customers.models import ContactPoint, Customer, JournalEntry

if TYPE_CHECKING:
    from customers.models import User


def make_first(point: ContactPoint, *, by: User) -> None:
    """The point becomes the customer's first address or number of its kind, and what was
    the first stays as a further one.
    """
    column = point.kind
    customers = Customer.objects.filter(pk=point.customer_id)
    with recorded(JournalEntry.Kind.EDITED, by=by) as journal:
        customer = customers.select_for_update().defer("search").get()
        former = getattr(customer, column)
        with journal.watching(customers, column):
            setattr(customer, column, point.value)
            customer.save(update_fields=[column, "updated_at"])
        journal.delete(ContactPoint.objects.filter(pk=point.pk))
        if former:
            made = ContactPoint.objects.create(customer=customer, kind=column, value=former)
            journal.made(ContactPoint.objects.filter(pk=made.pk))


def remove(point: ContactPoint, *, by: User) -> None:
    """Take a further address or number away."""
    with recorded(JournalEntry.Kind.EDITED, by=by) as journal:
        journal.delete(ContactPoint.objects.filter(pk=point.pk))
