"""Which ticket a mail belongs to, and whose mail may come into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from customers.channels.mail.parsing import ParsedMail
from customers.channels.mail.tokens import tickets_named
from customers.locks import wait_until_commit
from customers.models import Customer, InboundMail, OutboundMail, Ticket
from customers.portal.identity import customer_of_mailbox

NEW_CUSTOMER = 7_310_041  # space of locks


@dataclass(frozen=True, slots=True)
class Answered:
    """The ticket that a mail answers, and whether its sender is one of the conversation."""

    ticket: Ticket
    is_participant: bool


def answered_by(mail: ParsedMail) -> Answered | None:
    """The ticket that a mail answers; None for none. One that the sender is part of counts
    before others.
    """
    first: Answered | None = None
    for pk in dict.fromkeys(_named(mail)):
        ticket = _going_on(pk)
        if ticket is None:
            continue
        found = Answered(ticket, is_participant(ticket, mail.sender))
        if found.is_participant:
            return found
        first = first or found
    return first


def is_participant(ticket: Ticket, address: str) -> bool:
    """Whether somebody at this address takes part: the customer, whoever we wrote to, and whom
    mail of the conversation came from or was copied to.
    """
    if not address:
        return False
    if ticket.customer and ticket.customer.email.casefold() == address:
        return True
    owner = customer_of_mailbox(address)
    if owner is not None and owner.pk == ticket.customer_id:
        return True
    sent = OutboundMail.objects.filter(message__ticket=ticket)
    if any(address in (to.lower(), *copied) for to, copied in _copies(sent)):
        return True
    came = InboundMail.objects.taken().filter(message__ticket=ticket)
    written = came.filter(message__author_kind="customer")
    return any(
        address == sender or address in copied
        for sender, copied in written.values_list("sender", "copied_to")
    )


def customer_at(address: str, name: str) -> Customer:
    """The customer with this address; a new one where there is none. Two at once make one."""
    wait_until_commit(NEW_CUSTOMER, address)
    return customer_of_mailbox(address) or Customer.objects.create(
        email=address, name="" if "@" in name else name
    )


def _copies(sent: Iterable[OutboundMail]) -> Iterator[tuple[str, list[str]]]:
    for mail in sent:
        yield mail.to_address, mail.copied_to


def _named(mail: ParsedMail) -> Iterator[int]:
    """The keys of tickets that a mail names: by mail of ours, by mail of others, signed."""
    ids = list(mail.answers)
    if ids:
        ours = OutboundMail.objects.filter(mail_id__in=ids).select_related("message", "rating")
        yield from (mail.about_ticket_id for mail in ours if mail.about_ticket_id)
        theirs = InboundMail.objects.taken().filter(mail_id__in=ids, message__isnull=False)
        yield from theirs.values_list("message__ticket", flat=True)
    yield from tickets_named((*ids, *mail.to))


def _going_on(pk: int) -> Ticket | None:
    """The ticket, or the one that it was merged into."""
    seen: set[int] = set()
    ticket = Ticket.objects.select_related("customer").filter(pk=pk).first()
    while ticket is not None and ticket.merged_into_id and ticket.pk not in seen:
        seen.add(ticket.pk)
        rows = Ticket.objects.select_related("customer")
        ticket = rows.filter(pk=ticket.merged_into_id).first()
    return ticket
