"""The Celery tasks of the records."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from kombu.exceptions import OperationalError

from customers.alarms.run import raise_alarms as raise_what_is_found
from customers.duplicates import scan
from customers.imports.jobs import carry_out, carry_out_all
from customers.insight import aggregates, digests
from customers.journal.undo import undo_all_asked
from customers.measures import refresh_measures_when_due
from customers.portal.identity import send_link
from customers.search.spelling import refresh_words


@shared_task
def run_import(pk: int) -> None:
    """Look into the file of an Import row, check it or take it in, whatever it waits for."""
    carry_out(pk)
    with suppress(OperationalError, OSError):  # the broker is away: the clock rings later
        refresh_measures.delay()


@shared_task(expires=60)
def go_on_with_imports() -> None:
    """Take up imports whose worker died, or whose message was lost."""
    carry_out_all()


@shared_task(expires=60)
def look_for_duplicates() -> None:
    """Do the searches for duplicates that staff asked for."""
    scan.carry_out_all()


@shared_task
def refresh_measures() -> None:
    """Bring sums, RFM classes and cohorts up to date when orders or rates changed."""
    refresh_measures_when_due(patient=True)


@shared_task(expires=60)  # a worker that comes late has one refresh to do, not a queue of them
def refresh_aggregates() -> None:
    """Bring the sums of days and weeks up to date where orders or texts changed."""
    aggregates.refresh()


@shared_task(expires=300)
def make_digests() -> None:
    """Tell the last whole week of the shop, unless that is done."""
    digests.make_digests()


@shared_task
def raise_alarms() -> None:
    """Raise, keep current and end alarms by what the rules find now."""
    raise_what_is_found()


@shared_task(expires=600)
def refresh_search_words() -> None:
    """Collect the words of the records anew, for those who mistype one."""
    refresh_words()


@shared_task
def undo_what_was_asked() -> None:
    """Undo the journal entries that staff asked to be undone."""
    undo_all_asked()


@shared_task(expires=600)
def mail_link(email: str, address: str, after: str) -> None:
    """Mail a link to the portal to the customer of this mailbox, if there is one."""
    send_link(email, address, after)
