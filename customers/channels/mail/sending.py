"""The worker that sends what is queued.

A row is marked as being sent, and that is committed, before the server hears of it. A server that
refuses, or is not there, has not got it: that is tried again. Where the line breaks after the text
went over it, nobody knows; such a mail is `unsure`, and only a person sends it again.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import BadHeaderError
from django.core.mail.message import sanitize_address
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.channels.mail.composing import composed
from customers.channels.mail.connections import FAULTS, Unreachable, said, smtp_session
from customers.channels.mail.limits import stop_where_rate_explodes, wait_until
from customers.locks import held
from customers.models import Mailbox, OutboundMail

SENDING = 7_310_044  # space of locks, by mailbox
MOST_MAILS = 100  # in one round
# After so many minutes it is tried again, then given up.
PATIENCE = (1, 5, 15, 60, 240, 480)
Status = OutboundMail.Status


class Refused(Exception):
    """What a server answered that took nothing."""

    def __init__(self, code: int, answer: bytes | str) -> None:
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        super().__init__(f"{code} {' '.join(text.split())[:300]}")
        self.is_final = 500 <= code < 600


class Unsure(Exception):
    """The text went over the line, and no answer came back."""


def send_due(mailbox_pk: int) -> int:
    """Send what is due from a mailbox; how many went out. One process at a time."""
    with held(SENDING, mailbox_pk) as mine:
        mailbox = Mailbox.objects.filter(pk=mailbox_pk).first() if mine else None
        if mailbox is None:
            return 0
        _leave_to_people(mailbox)
        now = timezone.now()
        if not mailbox.may_send or not OutboundMail.objects.due(now).filter(mailbox=mailbox):
            return 0
        if stop_where_rate_explodes(mailbox, now):
            return 0
        return _send_round(mailbox)


def _leave_to_people(mailbox: Mailbox) -> None:
    """What is being sent, while nobody else sends, was left by a worker that died."""
    OutboundMail.objects.filter(mailbox=mailbox, status=Status.SENDING).update(
        status=Status.UNSURE,
        error=_("Sending was cut off. It may have gone out; look before you send it again."),
    )


def _send_round(mailbox: Mailbox) -> int:
    sent, error = 0, ""
    try:
        with smtp_session(mailbox) as server:
            for _turn in range(MOST_MAILS):
                mail = _next(mailbox)
                if mail is None:
                    break
                sent += _send(server, mail)
    except Unreachable as refused:
        error = str(refused)
        if mail := _next(mailbox):
            mail.attempts += 1
            _try_later(mail, error)
    except FAULTS as broken:  # between two mails: the rest waits for the next round
        error = said(broken)
    stand = {"sending_error": error, **({"last_sent_at": timezone.now()} if sent else {})}
    Mailbox.objects.filter(pk=mailbox.pk).update(**stand)
    return sent


def _next(mailbox: Mailbox) -> OutboundMail | None:
    """The next mail that may go out now; what is over the limits gets the time when it may."""
    now = timezone.now()
    due = OutboundMail.objects.due(now).filter(mailbox=mailbox)
    for mail in due.select_related("mailbox", "message", "rating")[:MOST_MAILS]:
        at = wait_until(mail, now)
        if at is None:
            return mail
        OutboundMail.objects.filter(pk=mail.pk, status=Status.QUEUED).update(next_try_at=at)
    return None


def _send(server: smtplib.SMTP, mail: OutboundMail) -> int:
    """Send one; 1 when the server took it."""
    now = timezone.now()
    queued = OutboundMail.objects.filter(pk=mail.pk, status=Status.QUEUED)
    mail.attempts += 1
    if not queued.update(status=Status.SENDING, claimed_at=now, attempts=mail.attempts):
        return 0
    try:
        _deliver(server, mail)
    except Refused as refused:
        if refused.is_final:
            _settle(mail, Status.FAILED, str(refused))
        else:
            _try_later(mail, str(refused))
        return 0
    except Unsure as unsure:
        _settle(mail, Status.UNSURE, str(unsure))
        raise smtplib.SMTPServerDisconnected(str(unsure)) from unsure
    except (BadHeaderError, UnicodeError, FileNotFoundError) as error:
        _settle(mail, Status.FAILED, said(error))
        return 0
    except FAULTS as error:  # before the text went over the line
        _try_later(mail, said(error))
        raise
    _settle(mail, Status.SENT, "", sent_at=timezone.now())
    return 1


def _deliver(server: smtplib.SMTP, mail: OutboundMail) -> None:
    made: Any = composed(mail).message()
    content = made.as_bytes(linesep="\r\n")
    _expect(server.mail(sanitize_address(mail.mailbox.address, "utf-8")), 250)
    try:
        _expect(server.rcpt(sanitize_address(mail.to_address, "utf-8")), 250, 251)
        for copied in mail.copied_to:
            server.rcpt(sanitize_address(copied, "utf-8"))
        _expect(_data(server, content), 250)
    except Refused:
        server.rset()
        raise


def _data(server: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    try:
        return server.data(content)
    except smtplib.SMTPDataError as error:
        raise Refused(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        said_so = _("The line broke while it was sent. It may have gone out: %(why)s")
        raise Unsure(said_so % {"why": said(error)}) from error


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise Refused(*answer)


def _try_later(mail: OutboundMail, error: str) -> None:
    if mail.attempts > len(PATIENCE):
        _settle(mail, Status.FAILED, error)
        return
    at = timezone.now() + timedelta(minutes=PATIENCE[mail.attempts - 1])
    _settle(mail, Status.QUEUED, error, next_try_at=at)


def _settle(mail: OutboundMail, status: str, error: str, **columns: datetime) -> None:
    OutboundMail.objects.filter(pk=mail.pk).update(
        status=status, error=error, attempts=mail.attempts, **columns
    )
