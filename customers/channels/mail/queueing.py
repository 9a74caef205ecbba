"""What the shop says, as mail that waits to be sent, in the transaction that decides it: an
agent's reply, the invitation to rate a ticket, the weekly digest.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from customers.channels.mail.tokens import digest_id, invitation_id, mail_id, thread_id
from customers.models import (
    Customer,
    InboundMail,
    Mailbox,
    Message,
    OutboundMail,
    SatisfactionRating,
    Ticket,
    User,
    WeeklyDigest,
)
from customers.models.mailbox import MailboxQuerySet

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
    to = _address_of(ticket)
    if not (_is_reply(message) and to and ticket.channel in BY_MAIL):
        return None
    is_automatic = message.author_id is None
    latest = _latest_of(ticket)
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
        mail_id=mail_id(ticket.pk, message.pk, mailbox.domain),
        is_automatic=is_automatic,
        **_thread(ticket, latest, mailbox),
    )


def queue_invitation(rating: SatisfactionRating, body: str) -> OutboundMail | None:
    """Queue what asks the customer how the ticket was served, as one more mail of the ticket's
    conversation; None where no mailbox sends, or where nobody reads what comes to the address.
    """
    ticket = rating.ticket
    to = _address_of(ticket)
    latest = _latest_of(ticket)
    mailbox = _mailbox_of(ticket, latest)
    if mailbox is None or not to or not _may_be_answered(latest, to):
        return None
    return OutboundMail.objects.queue(
        rating=rating,
        mailbox=mailbox,
        to_address=to,
        body=body,
        mail_id=invitation_id(ticket.pk, rating.pk, mailbox.domain),
        is_automatic=True,
        **_thread(ticket, latest, mailbox),
    )


def queue_digest(
    digest: WeeklyDigest, reader: User, subject: str, body: str
) -> OutboundMail | None:
    """Queue a digest to one reader; None where no mailbox sends."""
    mailbox = mailboxes_that_send().first()
    if mailbox is None:
        return None
    return OutboundMail.objects.queue(
        mailbox=mailbox,
        to_address=reader.email,
        subject=subject,
        body=body,
        mail_id=digest_id(digest.pk, reader.pk, mailbox.domain),
        is_automatic=True,
    )


def _latest_of(ticket: Ticket) -> InboundMail | None:
    came = InboundMail.objects.taken().filter(message__ticket=ticket)
    return came.order_by("-message__sent_at", "-message_id").first()  # by the ticket's index


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
    sending = mailboxes_that_send()
    if latest is not None and (own := sending.filter(pk=latest.mailbox_id).first()):
        return own
    of_team = sending.filter(team=ticket.team_id).first() if ticket.team_id else None
    return of_team or sending.first()


def mailboxes_that_send() -> MailboxQuerySet:
    """Those that mail can be queued for, the first one in front."""
    return Mailbox.objects.active().exclude(smtp_host="").order_by("pk")


def _others(ticket: Ticket, to: str) -> list[str]:
    """Whoever else wrote into the ticket by mail."""
    came = InboundMail.objects.taken().filter(message__ticket=ticket, kind=InboundMail.Kind.MAIL)
    senders = came.order_by("pk").values_list("sender", flat=True)
    return [one for one in dict.fromkeys(senders) if one and one != to.lower()][:10]


def _thread(ticket: Ticket, latest: InboundMail | None, mailbox: Mailbox) -> dict[str, str]:
    """What makes mail one of the ticket's conversation: the subject, the mail that it answers
    (the customer's latest, else ours), and the ids from the ticket's own to that one.
    """
    if latest is not None:
        # stored with the nearest first, and sent with it last, as RFC 5322 has it
        before, chain = latest.mail_id, [*reversed(latest.references.split()), latest.mail_id]
    else:
        before = _latest_sent(ticket)
        chain = [before]
    own = thread_id(ticket.pk, mailbox.domain)
    kept = [one for one in dict.fromkeys(chain) if one and one != own]
    is_answer = bool(before) and not ticket.subject.lower().startswith("re:")
    return {
        "subject": f"Re: {ticket.subject}" if is_answer else ticket.subject,
        "in_reply_to": before,
        "references": " ".join([own, *kept[-MOST_REFERENCES:]]),
    }


def _latest_sent(ticket: Ticket) -> str:
    sent = OutboundMail.objects.filter(message__ticket=ticket)
    ids = sent.order_by("-message__sent_at", "-message_id").values_list("mail_id", flat=True)
    return ids.first() or ""


def _address_of(ticket: Ticket) -> str:
    """Where the customer is reached, also by those who are not shown it."""
    if ticket.customer_id is None:
        return ""
    known = Customer.objects.filter(pk=ticket.customer_id).values_list("email", flat=True)
    return known.first() or ""
