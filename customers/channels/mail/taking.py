"""From a stored mail to a message of a ticket, in one transaction, once."""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from customers.channels.mail.conversations import Answered, answered_by, customer_at
from customers.channels.mail.kinds import Bounce
from customers.channels.mail.parsing import ParsedMail, Unreadable, parse
from customers.channels.mail.texts import MailFile
from customers.desk.attachments import MOST_BYTES_TOGETHER, MOST_FILES, attach, checked, shown_name
from customers.desk.named_order import order_named
from customers.locks import wait_until_commit
from customers.models import (
    ErasedPerson,
    InboundMail,
    Mailbox,
    Message,
    OutboundMail,
    Ticket,
)
from customers.privacy.tombstones import digests_of, lift

logger = logging.getLogger(__name__)

ONE_MAIL = 7_310_042  # space of locks
SPAM_TAG = "spam"
Status, Kind = InboundMail.Status, InboundMail.Kind


def take(pk: int, *, by_hand: bool = False) -> str:
    """Read a stored mail into its ticket; gives the status that it has then. `by_hand` takes
    mail of machines, too, as if somebody had written it: a person looked at it and wants that.

    A mail that cannot be read keeps its reason. One that ends its worker is set aside after
    `InboundMail.MOST_ATTEMPTS` tries.
    """
    waiting = InboundMail.objects.waiting().filter(pk=pk)
    if not waiting.update(attempts=F("attempts") + 1):
        return InboundMail.objects.values_list("status", flat=True).get(pk=pk)
    mail = InboundMail.objects.select_related("mailbox").get(pk=pk)
    with translation.override(settings.LANGUAGE_CODE):
        if mail.attempts > mail.MOST_ATTEMPTS:
            mail.settle(Status.FAILED, mail.error or _("It ended its worker several times."))
            return mail.status
        try:
            parsed = parse(_raw(mail))
            return _entered(pk, parsed, by_hand=by_hand)
        except (Unreadable, OSError) as error:
            mail.settle(Status.FAILED, str(error))
        except DatabaseError as error:  # perhaps the next try gets through
            logger.exception("mail %s could not be stored as a message", pk)
            waiting.update(error=str(error)[:500])
            mail.refresh_from_db(fields=["status"])
    return mail.status


def take_waiting() -> int:
    """Read all that waits, the oldest first; how many that were."""
    pks = list(InboundMail.objects.waiting().order_by("pk").values_list("pk", flat=True)[:500])
    for pk in pks:
        take(pk)
    return len(pks)


def retry(pk: int, *, by_hand: bool) -> str:
    """Read a mail again that failed or was set aside."""
    aside = InboundMail.objects.filter(pk=pk, status__in=[Status.FAILED, Status.SET_ASIDE])
    aside.update(status=Status.STORED, attempts=0, error="")
    return take(pk, by_hand=by_hand)


def _raw(mail: InboundMail) -> bytes:
    with mail.raw.open("rb") as file:
        raw: bytes = file.read()
    if not mail.is_cut and hashlib.sha256(raw).hexdigest() != mail.sha256:
        raise Unreadable(_("The stored file is not what came."))
    return raw


def _entered(pk: int, parsed: ParsedMail, *, by_hand: bool) -> str:
    with transaction.atomic():
        wait_until_commit(ONE_MAIL, f"{parsed.mail_id} {parsed.sender}")
        rows = InboundMail.objects.waiting().select_for_update(of=["self"])
        mail = rows.select_related("mailbox").filter(pk=pk).first()
        if mail is None:  # another worker was quicker
            return InboundMail.objects.values_list("status", flat=True).get(pk=pk)
        mail.kind, mail.mail_id, mail.sender = parsed.kind, parsed.mail_id, parsed.sender
        mail.subject, mail.copied_to = parsed.subject, list(parsed.copied_to)
        mail.references = " ".join(parsed.answers)
        same = InboundMail.objects.taken().filter(mail_id=mail.mail_id, sender=mail.sender)
        if same.exists():
            mail.settle(Status.DUPLICATE)
        else:
            _sort(mail, parsed, by_hand=by_hand)
        return mail.status


def _sort(mail: InboundMail, parsed: ParsedMail, *, by_hand: bool) -> None:
    if by_hand:
        mail.kind = Kind.MAIL
    elif parsed.sender and Mailbox.objects.owning(parsed.sender):
        mail.kind = Kind.OWN
    if parsed.bounce is not None and mail.kind == Kind.BOUNCE:
        _note_bounce(mail, parsed, parsed.bounce)
        return
    answered = answered_by(parsed)
    if mail.kind != Kind.MAIL:
        _note(mail, parsed, answered)
        return
    if by_hand and parsed.sender:  # staff saw that the person writes anew, and want to serve them
        lift(digests_of([], [parsed.sender], []), _("wrote again by e-mail"), by=None)
    try:
        with transaction.atomic():
            _write(mail, parsed, answered)
    except ErasedPerson as erased:
        mail.settle(Status.SET_ASIDE, str(erased))


def _write(mail: InboundMail, parsed: ParsedMail, answered: Answered | None) -> None:
    """What somebody wrote: into the ticket that they take part in, else into a new one."""
    ticket = answered.ticket if answered and answered.is_participant else None
    notes = []
    if ticket is None:
        ticket = _new_ticket(mail, parsed)
        if answered:
            notes.append(_stranger(answered))
    if parsed.is_spam and SPAM_TAG not in ticket.tags:
        ticket.tags = [*ticket.tags, SPAM_TAG]
        ticket.save(update_fields=["tags", "updated_at"])
    if ticket.customer and parsed.sender != ticket.customer.email.casefold():
        notes.append(_("Written by %(who)s.") % {"who": parsed.sender})
    message = ticket.add_message(
        parsed.text or _("(no text)"),
        author_kind=Message.Author.CUSTOMER,
        quoted_text=parsed.quoted,
        sent_at=mail.received_at,
    )
    notes += _attached(message, parsed.files)
    if parsed.is_long or mail.is_cut:
        notes.append(_("This mail is longer than what is shown; all that was kept is in its file."))
    if notes:
        _tell(ticket, "\n".join(notes))
    mail.message = message
    mail.settle(Status.TAKEN)


def _new_ticket(mail: InboundMail, parsed: ParsedMail) -> Ticket:
    customer = customer_at(parsed.sender, parsed.sender_name) if parsed.sender else None
    return Ticket.objects.create(
        customer=customer,
        order=order_named(customer, parsed.subject, parsed.text),
        subject=parsed.subject or _("(no subject)"),
        channel=Ticket.Channel.EMAIL,
        team=mail.mailbox.team,
        opened_at=mail.received_at,
        last_message_at=mail.received_at,
    )


def _stranger(answered: Answered) -> str:
    return _(
        "This mail answers ticket #%(ticket)s, but its sender takes no part in it. So it is a "
        "ticket of its own."
    ) % {"ticket": answered.ticket.pk}


def _attached(message: Message, files: tuple[MailFile, ...]) -> list[str]:
    """Store the files that are taken; a line for each that is not."""
    left, size, count = [], 0, 0
    for file in files:
        upload = SimpleUploadedFile(shown_name(file.name), file.content, file.content_type)
        try:
            checked([upload])
            size, count = size + len(file.content), count + 1
            if count > MOST_FILES or size > MOST_BYTES_TOGETHER:
                raise ValidationError(_("%(name)s is one file too many.") % {"name": upload.name})
            attach(message, upload, content_id=file.content_id)
        except ValidationError as error:
            left += error.messages
    shown = left[:MOST_FILES]
    return [_("Left out of the mail: %(why)s") % {"why": why} for why in shown]


def _note(mail: InboundMail, parsed: ParsedMail, answered: Answered | None) -> None:
    """Mail of a machine: a note in the ticket that it answers, which nothing reopens; without
    one it is set aside, where staff can make a ticket of it.
    """
    if answered is None:
        mail.settle(Status.SET_ASIDE)
        return
    heading = _("%(kind)s from %(who)s") % {
        "kind": Kind(mail.kind).label,
        "who": parsed.sender or "–",
    }
    mail.message = _tell(answered.ticket, f"{heading}\n\n{parsed.text}")
    mail.settle(Status.TAKEN)


def _note_bounce(mail: InboundMail, parsed: ParsedMail, bounce: Bounce) -> None:
    """A delivery report marks the mail that it is about, and tells why in its ticket."""
    sent = OutboundMail.objects.select_related("message__ticket", "rating__ticket")
    about = sent.filter(mail_id=bounce.mail_id).first() if bounce.mail_id else None
    if about is None:
        _note(mail, parsed, answered_by(parsed))
        return
    reason = bounce.reason or parsed.subject
    if bounce.is_final:
        OutboundMail.objects.filter(pk=about.pk).update(
            status=OutboundMail.Status.UNDELIVERED, error=reason
        )
        said = _("Our mail to %(who)s was not delivered: %(why)s")
    else:
        said = _("Our mail to %(who)s is delayed: %(why)s")
    row = about.message or about.rating
    if row is None:  # a digest, which is in no ticket
        mail.settle(Status.SET_ASIDE)
        return
    mail.message = _tell(row.ticket, said % {"who": about.to_address, "why": reason})
    mail.settle(Status.TAKEN)


def _tell(ticket: Ticket, text: str) -> Message:
    return ticket.add_message(text, author_kind=Message.Author.SYSTEM, is_internal=True)
