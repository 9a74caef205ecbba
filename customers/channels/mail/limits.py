"""How much mail may go out: what is over waits, and where the rate explodes all of it stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count
from django.utils.translation import gettext as _

from customers.channels.mail.alarm import raise_alarm
from customers.models import Mailbox, OutboundMail

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BURST = timedelta(minutes=10)


def wait_until(mail: OutboundMail, now: datetime) -> datetime | None:
    """When a mail may go out at the earliest; None for now."""
    rows = OutboundMail.objects.all()
    own = rows.filter(mailbox=mail.mailbox_id)
    limits = (
        (own, MINUTE, settings.MAIL_LIMIT_MINUTE),
        (own, HOUR, settings.MAIL_LIMIT_HOUR),
        (rows.filter(to_address=mail.to_address), HOUR, settings.MAIL_LIMIT_RECIPIENT_HOUR),
    )
    waits = [_free_at(rows, length, limit, now) for rows, length, limit in limits]
    return max((at for at in waits if at is not None), default=None)


def stop_where_rate_explodes(mailbox: Mailbox, now: datetime) -> bool:
    """Whether all sending was stopped just now: far more mail was queued than people write,
    such as by two robots that answer each other. A person resumes it.
    """
    reason = _explosion(mailbox, now)
    if not reason:
        return False
    Mailbox.objects.stop_sending(reason)
    raise_alarm()
    return True


def _free_at(rows: Any, length: timedelta, limit: int, now: datetime) -> datetime | None:
    """When the window of so many mails has room again; None where it has."""
    within = rows.filter(claimed_at__gt=now - length).order_by("-claimed_at")
    blocking = list(within.values_list("claimed_at", flat=True)[limit - 1 : limit])
    return blocking[0] + length if blocking else None


def _explosion(mailbox: Mailbox, now: datetime) -> str:
    queued = _counted(now - BURST, mailbox).count()
    if queued >= settings.MAIL_STOP_BURST:
        return _("%(n)s mails were queued in ten minutes.") % {"n": queued}
    by_person = _counted(now - HOUR, mailbox).order_by().values("to_address")
    most = by_person.annotate(n=Count("pk")).order_by("-n").first()
    if most and most["n"] >= settings.MAIL_STOP_RECIPIENT:
        return _("%(n)s mails to %(who)s were queued in an hour.") % {
            "n": most["n"],
            "who": most["to_address"],
        }
    return ""


def _counted(since: datetime, mailbox: Mailbox) -> models.QuerySet[OutboundMail]:
    resumed = mailbox.sending_resumed_at
    return OutboundMail.objects.filter(queued_at__gt=max(since, resumed) if resumed else since)
