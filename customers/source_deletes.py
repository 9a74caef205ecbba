"""What becomes of a record that its source has deleted.

Others refer to orders, products and tickets: those end, and stay. A customer with a history stays
too, since erasing a person is a decision of its own (customers/privacy).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from customers.desk.verbs import change
from customers.journal.recording import recorded
from customers.models import (
    Article,
    Company,
    Customer,
    JournalEntry,
    Order,
    Product,
    Review,
    Ticket,
    User,
)

# What stands here of a customer, apart from what is worked out.
HISTORY = (
    *("orders", "tickets", "reviews", "questions", "staff_notes", "tasks"),
    *("consents", "legal_hold", "corrections", "merged_keys", "erasures"),
)


class StillNeeded(Exception):
    """The record stays, for the reason that the text says."""


def end_at_source(row: Any, *, by: User) -> None:
    """Cancel an order, close a ticket, take a product from sale; delete a review, an article, a
    company, or a customer without a history. Raises StillNeeded for one with a history.
    """
    ENDS[type(row)](row, by)


def _cancel(order: Order, by: User) -> None:
    _set(order, by, status=Order.Status.CANCELLED)
    order.recount_customers()


def _take_from_sale(product: Product, by: User) -> None:
    _set(product, by, is_active=False)


def _close(ticket: Ticket, by: User) -> None:
    change([ticket.pk], {"status": Ticket.Status.CLOSED}, by=by, note="API")


def _delete(row: Review | Article | Company, _by: User) -> None:
    row.delete()


def _delete_customer(customer: Customer, _by: User) -> None:
    for name in HISTORY:
        rows: Any = Customer._meta.get_field(name).related_model
        if rows._base_manager.filter(customer=customer).exists():
            raise StillNeeded("There is more of the customer here: have them erased instead.")
    customer.delete()


def _set(row: Order | Product, by: User, **columns: Any) -> None:
    rows = type(row)._base_manager.filter(pk=row.pk)
    with (
        recorded(JournalEntry.Kind.EDITED, by=by) as journal,
        journal.watching(rows, *columns),
    ):
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(update_fields=[*columns, "updated_at"])


ENDS: Mapping[type, Callable[[Any, User], None]] = {
    Article: _delete,
    Company: _delete,
    Customer: _delete_customer,
    Order: _cancel,
    Product: _take_from_sale,
    Review: _delete,
    Ticket: _close,
}
