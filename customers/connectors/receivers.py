"""A webhook of a shop was stored: a worker is rung for. The clock looks again, in any case."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from customers import tasks
from customers.doorbell import ring_now
from customers.models import InboundWebhook
from customers.signals import job_requested


@receiver(job_requested, sender=InboundWebhook)
def take(pk: int, **_: Any) -> None:
    """Have it read."""
    ring_now(tasks.take_webhook, pk)
