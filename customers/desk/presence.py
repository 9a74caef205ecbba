"""Who else has a ticket open or types an answer to it; one row for each agent and ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from customers.models import Presence, StaffMention, Ticket, User

# A page tells every two seconds that it is open, so two lost beats make nobody disappear.
SEEN_FOR = timedelta(seconds=7)
TYPED_FOR = timedelta(seconds=6)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else who has the ticket open now."""

    user: User
    is_typing: bool


def beat(ticket: Ticket, user: User, *, is_typing: bool = False) -> None:
    """Note that the user has the ticket open, and types where that is so."""
    now = timezone.now()
    columns: dict[str, Any] = {"seen_at": now}
    if is_typing:
        columns["typing_at"] = now
    Presence.objects.update_or_create(ticket=ticket, user=user, defaults=columns)


def stopped_typing(ticket: Ticket, user: User) -> None:
    """Note that what the user typed is sent."""
    Presence.objects.filter(ticket=ticket, user=user).update(typing_at=None)


def others_at(ticket: Ticket, user: User) -> list[Colleague]:
    """Who else has it open, whoever types first."""
    now = timezone.now()
    rows = Presence.objects.filter(ticket=ticket, seen_at__gte=now - SEEN_FOR)
    found = [
        Colleague(row.user, row.typing_at is not None and row.typing_at >= now - TYPED_FOR)
        for row in rows.exclude(user=user).select_related("user").order_by("pk")
    ]
    return sorted(found, key=lambda one: not one.is_typing)


def mark_read(ticket: Ticket, user: User) -> None:
    """Note that the user has seen all that is said in the ticket, and who called them there."""
    now = timezone.now()
    columns = {"seen_at": now, "read_at": max(now, ticket.last_message_at)}
    Presence.objects.update_or_create(ticket=ticket, user=user, defaults=columns)
    unseen = StaffMention.objects.filter(ticket=ticket, user=user, seen_at=None)
    unseen.update(seen_at=now)


def mark_unread(ticket: Ticket, user: User) -> None:
    """Have the ticket stand out in the user's queues again."""
    left: dict[str, Any] = {"read_at": None, "seen_at": None, "typing_at": None}
    Presence.objects.update_or_create(ticket=ticket, user=user, defaults=left)
