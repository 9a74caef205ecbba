"""Telling a worker that something waits in the database."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError


def ring(task: Any, *arguments: Any) -> None:
    """Have a worker do the task once the transaction is committed."""
    transaction.on_commit(partial(ring_now, task, *arguments))


def ring_now(task: Any, *arguments: Any) -> None:
    """Have a worker do the task. Where the broker is away nothing is lost: what waits is a row,
    and the clock rings for it later.
    """
    with suppress(OperationalError, OSError):
        task.delay(*arguments)
