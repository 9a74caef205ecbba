"""The occasions of rules: a ticket comes in, is changed, or its customer replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from customers.doorbell import ring_now
from customers.models import Message, Rule, RuleDue, Ticket
from customers.rules.queue import ask, ring
from customers.signals import job_requested, rows_read, rows_updated
from customers.tasks import apply_rules

# What staff, or a rule, change about a ticket.
RULED = frozenset({
    "status", "priority", "team", "assignee", "tags", "intent", "subject", "kind", "customer",
    "order",
})  # fmt: skip


@receiver(post_save, sender=Ticket)
def ticket_saved(
    instance: Ticket, created: bool, raw: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    """A ticket came in or was changed."""
    if raw:
        return
    if created:
        ask([instance.pk], Rule.Trigger.CREATED)
    elif update_fields is None or RULED & update_fields:
        ask([instance.pk], Rule.Trigger.UPDATED)


@receiver(post_save, sender=Message)
def message_saved(instance: Message, created: bool, raw: bool, **_: Any) -> None:
    """The customer wrote again."""
    if raw or not created or instance.author_kind != Message.Author.CUSTOMER:
        return
    if not Rule.objects.on(Rule.Trigger.REPLIED).exists():
        return
    if Message.objects.filter(ticket=instance.ticket_id).exclude(pk=instance.pk).exists():
        ask([instance.ticket_id], Rule.Trigger.REPLIED)


@receiver(rows_updated, sender=Ticket)
def tickets_updated(pks: Sequence[int], **_: Any) -> None:
    """Tickets were changed in bulk."""
    ask(pks, Rule.Trigger.UPDATED)


@receiver(rows_read, sender=Ticket)
def tickets_read(pks: Sequence[int], **_: Any) -> None:
    """Models have read what tickets wait for."""
    if RuleDue.objects.filter(ticket__in=pks).exists():
        ring()


@receiver(job_requested, sender=RuleDue)
def ring_a_worker(**_: Any) -> None:
    """Tickets wait; where the broker is away, the clock tells the worker."""
    ring_now(apply_rules)
