"""The Celery tasks of the records."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from kombu.exceptions import OperationalError

from customers.imports.jobs import carry_out
from customers.measures import refresh_measures_when_due


@shared_task
def run_import(pk: int) -> None:
    """Take in the file of an Import row, with its progress on the row."""
    carry_out(pk)
    with suppress(OperationalError, OSError):  # the broker is away: the clock rings later
        refresh_measures.delay()


@shared_task
def refresh_measures() -> None:
    """Bring sums, RFM classes and cohorts up to date when orders or rates changed."""
    refresh_measures_when_due(patient=True)
