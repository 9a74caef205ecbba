"""From an agent's reply to mail that waits to be sent, in the transaction of the reply."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from customers.channels.mail.tokens import mail_id, thread_id
from customers.models import InboundMail, Mailbox, Message, OutboundMail, Ticket

MOST_REFERENCES = 10
HISTORY = timedelta(days=1)
BY_MAIL = (Ticket.Channel.EMAIL, Ticket.Channel.WEB)  # who wrote a web form is answered by mail
NOT_ANSWERED = ("mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply")


def queue_reply(message: Message) -> OutboundMail | None:
    """Queue what goes to the customer by mail; None for what does not: notes, customers without
    an address, tickets of other channels, shops without a mailbox that sends, and rules that
    would answer a machine.
    """
    ticket = message.ticket
    to = ticket.customer.email if ticket.customer else ""
    if not (_is_reply(message) and to and ticket.channel in BY_MAIL):
        return None
    is_automatic = message.author_id is None
    came = InboundMail.objects.taken().filter(message__ticket=ticket)
    latest = came.order_by("-message__sent_at", "-message_id").first()  # by the ticket's index
    if is_automatic and not _may_be_answered(latest, to):
        return None
    mailbox = _mailbox_of(ticket, latest)
    if mailbox is None:
        return None
    return OutboundMail.objects.queue(
        message=message,
        mailbox=mailbox,
        to_address=to,
        copied_to=[] if is_automatic else _others(ticket, to),
        subject=_subject(ticket, latest),
        mail_id=mail_id(ticket.pk, message.pk, mailbox.domain),
        in_reply_to=latest.mail_id if latest else "",
        references=_references(ticket, latest, mailbox),
        is_automatic=is_automatic,
    )


def _is_reply(message: Message) -> bool:
    """Whether staff or a rule wrote it here and now; history that another system brings in does
    not go out again.
    """
    if message.author_kind != Message.Author.AGENT or message.is_internal:
        return False
    return not message.external_id and message.sent_at > timezone.now() - HISTORY


def _may_be_answered(latest: InboundMail | None, to: str) -> bool:
    if latest is not None and latest.is_automatic:
        return False
    return not to.lower().startswith(NOT_ANSWERED) and not Mailbox.objects.owning(to)


def _mailbox_of(ticket: Ticket, latest: InboundMail | None) -> Mailbox | None:
    """The mailbox that the conversation came through, else the team's, else the first."""
    sending = Mailbox.objects.active().exclude(smtp_host="").order_by("pk")
    if latest is not None and (own := sending.filter(pk=latest.mailbox_id).first()):
        return own
    of_team = sending.filter(team=ticket.team_id).first() if ticket.team_id else None
    return of_team or sending.first()


def _others(ticket: Ticket, to: str) -> list[str]:
    """Whoever else wrote into the ticket by mail."""
    came = InboundMail.objects.taken().filter(message__ticket=ticket, kind=InboundMail.Kind.MAIL)
    senders = came.order_by("pk").values_list("sender", flat=True)
    return [one for one in dict.fromkeys(senders) if one and one != to.lower()][:10]


def _subject(ticket: Ticket, latest: InboundMail | None) -> str:
    subject = ticket.subject
    if latest is None or subject.lower().startswith("re:"):
        return subject
    return f"Re: {subject}"


def _references(ticket: Ticket, latest: InboundMail | None, mailbox: Mailbox) -> str:
    """Ids from the ticket's own to that of the mail that is answered, as RFC 5322 has them."""
    chain = [*reversed(latest.references.split()), latest.mail_id] if latest else []
    own = thread_id(ticket.pk, mailbox.domain)
    kept = [one for one in dict.fromkeys(chain) if one and one != own]
    return " ".join([own, *kept[-MOST_REFERENCES:]])
