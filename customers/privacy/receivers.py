"""Has a worker look at an erasure as soon as it is asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from celery import current_app
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from customers.models import ErasureRequest
from customers.signals import job_requested


@receiver(job_requested, sender=ErasureRequest)
def ring_for_erasure(**_: Any) -> None:
    """The task is named, not imported: it imports much. Without a broker the clock rings."""
    with suppress(OperationalError, OSError):
        current_app.send_task("customers.tasks.erase_people")
