"""Telling a worker that something waits in the database."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError


def ring(task: Any, *arguments: Any) -> None:
    """Have a worker do the task once the transaction is committed. Where the broker is away
    nothing is lost: what waits is a row, and the clock rings for it later.
    """

    def send() -> None:
        with suppress(OperationalError, OSError):
            task.delay(*arguments)

    transaction.on_commit(send)
