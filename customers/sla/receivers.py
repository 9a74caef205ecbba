"""Keeps clocks as tickets are: whoever changes a ticket, on whichever road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from customers.models import Message, Ticket
from customers.signals import rows_updated
from customers.sla.clocks import follow
from customers.sla.times import measure, note_bulk, note_first_reply, note_solved

# What a policy may ask for, or a clock depends on, of a ticket's own columns.
FOLLOWED = frozenset({
    "status", "priority", "team", "channel", "intent", "customer", "tags", "kind", "assignee",
    "opened_at", "subject",
})  # fmt: skip


@receiver(post_save, sender=Ticket)
def ticket_saved(
    instance: Ticket, raw: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    """A ticket was made or changed."""
    if raw or (update_fields is not None and not FOLLOWED & update_fields):
        return
    if update_fields is None or "status" in update_fields:
        note_solved(instance)
    follow([instance.pk])


@receiver(post_save, sender=Message)
def message_saved(instance: Message, created: bool, raw: bool, **_: Any) -> None:
    """An agent replied."""
    by_staff = instance.author_kind == Message.Author.AGENT and not instance.is_internal
    if created and not raw and by_staff:
        note_first_reply(instance)
        follow([instance.ticket_id])


@receiver(rows_updated, sender=Ticket)
def tickets_updated(pks: Sequence[int], **_: Any) -> None:
    """Tickets were changed in bulk, or put back by an undo."""
    note_bulk(pks)
    measure(pks)
    follow(pks)
