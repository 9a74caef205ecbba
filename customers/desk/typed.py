"""What agents type and have not sent: kept while they type, there again after a reload."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from customers.models import Macro, Ticket, TypedReply, User

MOST_CHARACTERS = 100_000


def keep(
    ticket: Ticket,
    user: User,
    body: str,
    *,
    is_internal: bool,
    draft: int | None = None,
    macro: int | None = None,
) -> None:
    """Keep what is typed now, in place of what was; an empty text keeps nothing. `draft` and
    `macro` are the keys of the suggestion and the macro that it began from.
    """
    if not body.strip():
        drop(ticket, user)
        return
    columns: dict[str, Any] = {
        "body": body.replace("\x00", "")[:MOST_CHARACTERS],
        "is_internal": is_internal,
        "draft": ticket.drafts.filter(pk=draft).first() if draft else None,
        "macro": Macro.objects.filter(pk=macro).first() if macro else None,
        "typed_at": timezone.now(),
    }
    TypedReply.objects.update_or_create(ticket=ticket, user=user, defaults=columns)


def kept(ticket: Ticket, user: User) -> TypedReply | None:
    """What the user typed to this ticket and has not sent."""
    return TypedReply.objects.filter(ticket=ticket, user=user).first()


def drop(ticket: Ticket, user: User) -> None:
    """Forget what was typed, because it is sent or deleted."""
    TypedReply.objects.filter(ticket=ticket, user=user).delete()
