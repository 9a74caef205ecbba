"""Mail no longer goes out: the breaker stopped it, and only a person resumes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from customers.models import Alarm, Mailbox, OutboundMail
from customers.models.alarm import MOST_ROWS, Finding


def find(_now: datetime) -> Iterator[Finding]:
    """Each mailbox that is active and stopped, with the tickets whose replies wait."""
    stopped = Mailbox.objects.active().filter(sending_stopped_at__isnull=False)
    for mailbox in stopped.order_by("pk"):
        waiting = OutboundMail.objects.filter(
            mailbox=mailbox, status=OutboundMail.Status.QUEUED
        ).order_by("-queued_at")
        mails = waiting.select_related("message", "rating")[:MOST_ROWS]
        tickets = list(dict.fromkeys(one.about_ticket_id for one in mails if one.about_ticket_id))
        yield Finding(
            key=f"mailbox:{mailbox.pk}:{mailbox.sending_stopped_at:%Y%m%d%H%M%S}",
            name=mailbox.address,
            evidence={"reason": mailbox.stop_reason, "tickets": len(tickets)},
            rows_of=Alarm.RowsOf.TICKETS,
            rows=tuple(tickets),
            severity=Alarm.Severity.URGENT,
        )
