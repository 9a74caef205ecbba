"""Trying a mailbox out: log in at both servers, send and take nothing."""

from __future__ import annotations

from django.utils import timezone

from customers.channels.mail.connections import FAULTS, Unreachable, said, smtp_session
from customers.channels.mail.fetching import try_folder
from customers.models import Mailbox


def try_out(pk: int) -> None:
    """Write onto the row what came of it."""
    mailbox = Mailbox.objects.filter(pk=pk).first()
    if mailbox is None or not mailbox.is_being_tried:
        return
    problems = [*_tried_imap(mailbox), *_tried_smtp(mailbox)]
    tried = {"tried_at": timezone.now(), "trial_error": "\n".join(problems)}
    Mailbox.objects.filter(pk=pk).update(**tried)


def try_all_asked() -> None:
    """Try out whatever was asked for and has no answer yet."""
    for mailbox in Mailbox.objects.filter(trial_requested_at__isnull=False):
        try_out(mailbox.pk)


def _tried_imap(mailbox: Mailbox) -> list[str]:
    if not mailbox.imap_host:
        return []
    try:
        try_folder(mailbox)
    except Unreachable as error:
        return [str(error)]
    return []


def _tried_smtp(mailbox: Mailbox) -> list[str]:
    if not mailbox.smtp_host:
        return []
    try:
        with smtp_session(mailbox) as server:
            server.noop()
    except Unreachable as error:
        return [str(error)]
    except FAULTS as error:
        return [f"SMTP: {said(error)}"]
    return []
