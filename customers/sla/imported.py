"""The clocks of tickets that a file brought: those that still wait begin, and none rings."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Min, OuterRef, Q, Subquery
from django.utils import timezone

from customers.models import Message, SlaPolicy, Ticket, TicketSla
from customers.sla.clocks import DONE, follow


def begin(pks: Iterable[int]) -> None:
    """Note when these tickets were first answered, and start the clocks of those that are not
    done. What is late as it comes in is marked so, and nobody is given notice of it: a thousand
    at once would tell nobody anything. Tickets that came in solved have no clock.
    """
    rows = Ticket.objects.filter(pk__in=list(pks))
    replies = Message.objects.filter(
        ticket=OuterRef("pk"), author_kind=Message.Author.AGENT, is_internal=False
    )
    first = replies.order_by("sent_at").values("sent_at")[:1]
    rows.filter(first_replied_at__isnull=True).update(first_replied_at=Subquery(first))
    since = SlaPolicy.objects.filter(is_active=True).aggregate(at=Min("applies_from_at"))["at"]
    if since is None:
        return
    has_clock = Q(sla__isnull=False)
    waits = ~Q(status__in=DONE) & Q(opened_at__gte=since)
    keys = list(rows.filter(has_clock | waits).values_list("pk", flat=True))
    now = timezone.now()
    follow(keys, now)
    late = TicketSla.objects.filter(pk__in=keys, next_due_at__lte=now, warned_at__isnull=True)
    late.update(warned_at=now)
