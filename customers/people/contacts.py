"""Addresses and numbers of customers: which is the first, and which are further ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from customers.journal.recording import recorded
from customers.models import ContactPoint, Customer, JournalEntry

if TYPE_CHECKING:
    from customers.models import User


FEWEST_DIGITS = 5


def check(customer: Customer, kind: str, value: str, *, pk: int | None = None) -> None:
    """Whether this can be a further address or number of the customer (`pk` is the one that is
    being changed). Raises ValidationError.
    """
    if kind == ContactPoint.Kind.EMAIL:
        validate_email(value)
    elif sum(sign.isdecimal() for sign in value) < FEWEST_DIGITS:
        raise ValidationError(_("Give a phone number, such as +44 20 7946 0000."))
    points = ContactPoint.objects.filter(customer=customer)
    points = points.exclude(pk=pk) if pk else points
    same = points.reaching(kind, value).exists()
    if same or getattr(customer, kind).casefold() == value.casefold():
        raise ValidationError(_("The customer has it already."))
    if points.count() >= ContactPoint.MOST:
        raise ValidationError(_("A customer has 20 further ones at most."))


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
