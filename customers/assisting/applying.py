"""Ticked fields written, logged and taken back: each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers.assisting.fields import OF_CUSTOMER, proposals_for
from customers.desk.acting import acting
from customers.models import AssistEvent, Customer, Intent, Order, Ticket, User


@dataclass(frozen=True, slots=True)
class Column:
    """How a field is read, as JSON knows it, and written by the verbs of the rows."""

    read: Callable[[Ticket], Any]
    write: Callable[[Ticket, Any, User], None]


def apply(
    ticket: Ticket, keys: Iterable[str], *, by: User, version: int | None = None
) -> AssistEvent | None:
    """Write the proposals with these keys, and no others; the line of the log, or None where
    nothing was to be written. Values come from the texts as they are now: a key that no longer
    stands for a proposal writes nothing. Raises `Stale` where the ticket is not at the version
    that is given.
    """
    versions = None if version is None else {ticket.pk: version}
    with acting([ticket.pk], by=by, note=_("fields in the text"), versions=versions):
        return _apply(ticket, keys, by)


def _apply(ticket: Ticket, keys: Iterable[str], by: User) -> AssistEvent | None:
    ticket = _locked(ticket)
    wanted = set(keys)
    chosen = {one.name: one for one in proposals_for(ticket) if one.is_new and one.key in wanted}
    changes = []
    for proposal in chosen.values():
        column = column_of(proposal.name)
        before = column.read(ticket)
        column.write(ticket, proposal.value, by)
        changes.append({**proposal.as_json(), "before": before})
    if not changes:
        return None
    return AssistEvent.objects.note(
        AssistEvent.Kind.APPLIED, ticket=ticket, by=by, detail={"changes": changes}
    )


@transaction.atomic
def undo(event: AssistEvent, *, by: User) -> list[str] | None:
    """Take the changes of an application back; the names of fields that stay, because somebody
    changed them since. None where it was taken back already, or is no application.
    """
    ticket = event.ticket
    if event.kind != AssistEvent.Kind.APPLIED or ticket is None:
        return None
    with acting([ticket.pk], by=by, note=_("fields in the text")):
        return _undo(event, ticket, by)


def _undo(event: AssistEvent, ticket: Ticket, by: User) -> list[str] | None:
    ticket = _locked(ticket)  # two who undo at once come one after the other
    if AssistEvent.objects.filter(undoes=event).exists():
        return None
    stays, undone = [], []
    for change in event.detail["changes"]:
        column = column_of(change["field"])
        if column.read(ticket) != change["after"]:
            stays.append(change["field"])
            continue
        column.write(ticket, change["before"], by)
        undone.append({**change, "before": change["after"], "after": change["before"]})
    AssistEvent.objects.note(
        AssistEvent.Kind.UNDONE, ticket=ticket, by=by, undoes=event, detail={"changes": undone}
    )
    return stays


def column_of(name: str) -> Column:
    """How the field called so is read and written."""
    if name in OF_CUSTOMER:
        return _of_customer(name)
    return COLUMNS.get(name) or _noted(name)


def _locked(ticket: Ticket) -> Ticket:
    related = Ticket.objects.select_for_update(of=("self",)).select_related("customer", "order")
    return related.defer("search", "customer__search").get(pk=ticket.pk)


def _set_order(ticket: Ticket, value: str | None, _by: User) -> None:
    mine = Order.objects.filter(customer=ticket.customer_id) if ticket.customer_id else None
    ticket.set_order(mine.filter(pk=value).first() if mine is not None and value else None)


def _set_intent(ticket: Ticket, value: str | None, by: User) -> None:
    ticket.set_intent(Intent.objects.filter(pk=value).first() if value else None, by=by)


def _of_customer(name: str) -> Column:
    def read(ticket: Ticket) -> str:
        return getattr(ticket.customer, name, "")

    def write(ticket: Ticket, value: str, _by: User) -> None:
        customer = Customer.objects.select_for_update().get(pk=ticket.customer_id or 0)
        setattr(customer, name, value or "")
        customer.save(update_fields=[name, "updated_at"])
        ticket.customer = customer

    return Column(read, write)


def _noted(name: str) -> Column:
    return Column(
        lambda ticket: ticket.noted.get(name),
        lambda ticket, value, _by: ticket.set_noted(name, value),
    )


COLUMNS = {
    "order": Column(lambda ticket: str(ticket.order_id) if ticket.order_id else None, _set_order),
    "intent": Column(lambda ticket: ticket.intent_id, _set_intent),
}
