"""The Celery tasks of the records."""

from __future__ import annotations

from celery import shared_task

from customers.imports.jobs import carry_out
from customers.insight import aggregates, digests


@shared_task
def run_import(pk: int) -> None:
    """Take in the file of an Import row, with its progress on the row."""
    carry_out(pk)


@shared_task(expires=60)  # a worker that comes late has one refresh to do, not a queue of them
def refresh_aggregates() -> None:
    """Bring the sums of days and weeks up to date where orders or texts changed."""
    aggregates.refresh()


@shared_task(expires=300)
def make_digests() -> None:
    """Tell the last whole week of the shop, unless that is done."""
    digests.make_digests()
