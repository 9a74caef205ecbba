"""The Celery tasks of the records."""

from __future__ import annotations

from celery import shared_task

from customers.alarms.run import raise_alarms as raise_what_is_found
from customers.imports.jobs import carry_out


@shared_task
def run_import(pk: int) -> None:
    """Take in the file of an Import row, with its progress on the row."""
    carry_out(pk)


@shared_task
def raise_alarms() -> None:
    """Raise, keep current and end alarms by what the rules find now."""
    raise_what_is_found()
