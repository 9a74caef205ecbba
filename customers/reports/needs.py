"""What needs a member of staff now: their tickets by what is due, and what they were told."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from customers.models import Notice, Ticket, TicketSla, User
from customers.paging import capped_count

MOST_TICKETS = 8
MOST_NOTICES = 8


def needs_of(user: User) -> dict[str, Any]:
    """For the top of home: `my_tickets` with what is due first in front, `notices` not seen
    yet, and how many tickets are late, mine and everybody's.
    """
    now = timezone.now()
    mine = Ticket.objects.visible_to(user).open().filter(assignee=user)
    awake = mine.exclude(snoozed_until_at__gt=now)
    related = ("customer", "intent", "suggested_intent", "sla", "rating")
    listed = awake.select_related(*related).defer("search", "customer__search")
    late = TicketSla.objects.filter(next_due_at__lt=now)
    unseen = Notice.objects.filter(user=user, seen_at=None).select_related("ticket")
    return {
        "my_tickets": listed.order_by(
            F("sla__next_due_at").asc(nulls_last=True), "-last_message_at", "-pk"
        )[:MOST_TICKETS],
        "my_count": capped_count(awake),
        "my_late_count": capped_count(late.filter(ticket__assignee=user)),
        "late_count": capped_count(late),
        "notices": unseen.defer("ticket__search").order_by("-created_at")[:MOST_NOTICES],
    }


def mark_seen(user: User) -> None:
    """The user has seen all that they were told."""
    Notice.objects.filter(user=user, seen_at=None).update(seen_at=timezone.now())
