"""Tickets that rules have to be asked about: rows, and a doorbell for the worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.utils import timezone

from customers.models import RuleDue
from customers.signals import job_requested, send_after_commit
from customers.sql import rows_of


@dataclass(slots=True)
class Work:
    """Rules at work on tickets: which were applied, and for which others that is an occasion."""

    applied: set[int]
    occasions: set[tuple[int, str]] = field(default_factory=set)


_work: ContextVar[Work | None] = ContextVar("rules_at_work", default=None)

# A ticket that waits to be asked about as a new one is not asked about as a changed one too. Of
# two occasions at once only the rules are passed over whose own doing both are.
ASK_SQL = """
INSERT INTO customers_ruledue (ticket_id, trigger, passed_over, asked_at, attempts, error)
SELECT key, %(trigger)s, %(passed_over)s::bigint[], %(now)s, 0, ''
FROM unnest(%(keys)s::bigint[]) AS key
WHERE EXISTS (
    SELECT FROM customers_rule
    WHERE is_on AND trigger = %(trigger)s AND NOT id = ANY(%(passed_over)s::bigint[])
) AND NOT (%(trigger)s = 'updated' AND EXISTS (
    SELECT FROM customers_ruledue AS waiting
    WHERE waiting.ticket_id = key AND waiting.trigger = 'created'
))
ON CONFLICT (ticket_id, trigger) DO UPDATE SET
    passed_over = ARRAY(
        SELECT unnest(customers_ruledue.passed_over) INTERSECT SELECT unnest(EXCLUDED.passed_over)
    ),
    attempts = 0, error = ''
RETURNING ticket_id
"""


@contextmanager
def at_work(before: Iterable[int] = ()) -> Iterator[Work]:
    """What changes in the block is the doing of the rules that are noted as `applied`, and of
    those `before`: it is an occasion for all others, and none for these.
    """
    work = Work(set(before))
    token = _work.set(work)
    try:
        yield work
    finally:
        _work.reset(token)
    for pk, trigger in sorted(work.occasions):
        ask([pk], trigger, passed_over=work.applied)


def ask(pks: Iterable[int], trigger: str, passed_over: Iterable[int] = ()) -> None:
    """Have the rules of this trigger asked about these tickets after the commit."""
    keys = list(pks)
    if (work := _work.get()) is not None:
        work.occasions.update((pk, trigger) for pk in keys)
        return
    asked = {
        "keys": keys,
        "trigger": trigger,
        "passed_over": sorted(passed_over),
        "now": timezone.now(),
    }
    if rows_of(ASK_SQL, asked):
        ring()


def ring() -> None:
    """Tell a worker, after the commit, that tickets wait."""
    send_after_commit(job_requested, sender=RuleDue, pk=None)
