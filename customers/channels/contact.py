"""What customers write on the portal: a new ticket, an answer, a ticket opened again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from customers.channels.mail.conversations import customer_at
from customers.desk.attachments import attach
from customers.desk.named_order import order_named
from customers.models import Customer, ErasedPerson, Message, Ticket


def write_to_shop(
    *,
    subject: str,
    text: str,
    attachments: Iterable[UploadedFile],
    asker: Customer | None,
    name: str = "",
    email: str = "",
) -> Ticket:
    """A ticket from the web form, of the customer who is signed in, else of whoever has the
    address; nobody verified that they wrote it, and a note tells staff so. The answer goes to
    the address, so to its owner.
    """
    with transaction.atomic():
        customer = asker or _customer_of(email, name)
        ticket = Ticket.objects.create(
            customer=customer,
            order=order_named(customer, subject, text),
            subject=subject,
            channel=Ticket.Channel.WEB,
        )
        _say(ticket, text, attachments)
        if asker is None:
            with translation.override(settings.LANGUAGE_CODE):
                told = _("Sent by the web form as %(who)s. Nobody verified this.")
                who = f"{name} <{email}>"
                ticket.add_message(
                    told % {"who": who}, author_kind=Message.Author.SYSTEM, is_internal=True
                )
    return ticket


def _customer_of(email: str, name: str) -> Customer | None:
    """Whose address it is; nobody's, where its owner was erased: the ticket stands alone, and
    whoever sent the form is not told.
    """
    try:
        return customer_at(email.lower(), name)
    except ErasedPerson:
        return None


def tickets_of(customer: Customer) -> Any:
    """The tickets that a customer may see: their own, the latest first."""
    own = Ticket.objects.filter(customer=customer, merged_into__isnull=True)
    return own.defer("search").order_by("-opened_at")


def public_messages(ticket: Ticket) -> Any:
    """What a customer may read of a ticket: their words and replies of staff, never notes."""
    spoken = [Message.Author.CUSTOMER, Message.Author.AGENT]
    rows = ticket.messages.filter(is_internal=False, author_kind__in=spoken)
    return rows.prefetch_related("attachments").order_by("sent_at", "id")


def answer(ticket: Ticket, text: str, attachments: Iterable[UploadedFile]) -> Message:
    """A customer's answer; it opens the ticket again."""
    with transaction.atomic():
        row = Ticket.objects.select_for_update().get(pk=ticket.pk)
        return _say(row, text, attachments)


def reopen(ticket: Ticket) -> None:
    """Open a ticket again that staff took for solved."""
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        row = Ticket.objects.select_for_update().get(pk=ticket.pk)
        if row.status not in (Ticket.Status.SOLVED, Ticket.Status.CLOSED):
            return
        row.set_status(Ticket.Status.OPEN)
        row.add_message(
            _("The customer opened the ticket again."),
            author_kind=Message.Author.SYSTEM,
            is_internal=True,
        )


def _say(ticket: Ticket, text: str, files: Iterable[UploadedFile]) -> Message:
    message = ticket.add_message(text, author_kind=Message.Author.CUSTOMER)
    for file in files:
        attach(message, file)
    return message
