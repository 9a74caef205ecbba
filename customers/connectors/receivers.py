"""A webhook of a shop was stored: a worker is rung for. The clock looks again, in any case."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from customers import tasks
from customers.models import InboundWebhook
from customers.signals import job_requested


@receiver(job_requested, sender=InboundWebhook)
def take(pk: int, **_: Any) -> None:
    """Have it read."""
    with suppress(OperationalError, OSError):
        tasks.take_webhook.delay(pk)
