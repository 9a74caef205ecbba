"""The backstop of the doorbell: rings again for rows that wait longer than they should."""

from __future__ import annotations

from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.locks import held_until_commit
from customers.models import MAX_ATTEMPTS, Question
from customers.models.question import MAX_ATTEMPTS as MOST_TRIES
from intelligence.analysis.kinds import KINDS
from intelligence.receivers import JOBS

SWEEP_LOCK = 7_310_001  # one sweep at a time, however many beats run

CLOCKED = ("errorbudget",)  # derived by the clock anyway
DIED = "The worker that read this question died, {tries} times."
KILLED = "The worker that read this row died, {tries} times. Analyse it again to retry."


def overdue_kinds() -> list[str]:
    """Names of the kinds with pending rows that were asked for too long ago.

    Empty while another process sweeps. Rows whose tries are used up without an error
    of their own killed their workers: they get that as their reason.
    """
    with transaction.atomic():
        if not held_until_commit(SWEEP_LOCK):
            return []
        for kind in KINDS.values():
            silent = kind.model.objects.failed().filter(analysis_error="")
            silent.update(analysis_error=KILLED.format(tries=MAX_ATTEMPTS))
        limit = timezone.now() - timedelta(seconds=settings.ANALYSIS_OVERDUE_SECONDS)
        return [
            name
            for name, kind in KINDS.items()
            if kind.model.objects.pending().filter(requested_at__lt=limit).exists()
        ]


def overdue_jobs() -> list[tuple[str, int]]:
    """Task and key of each job that waits too long for a worker."""
    limit = timezone.now() - timedelta(seconds=settings.ANALYSIS_OVERDUE_SECONDS)
    return [
        (task, pk)
        for name, task in JOBS.items()
        if name not in CLOCKED
        for pk in apps.get_model("customers", name)
        .objects.pending()
        .filter(created_at__lt=limit)
        .order_by("pk")
        .values_list("pk", flat=True)
    ]


def give_up_questions() -> int:
    """Tell those who wait for a question that killed its workers; how many there were.

    The last worker gets its time: it may still be reading.
    """
    limit = timezone.now() - timedelta(seconds=2 * settings.ANALYSIS_OVERDUE_SECONDS)
    dead = Question.objects.pending().filter(attempts__gte=MOST_TRIES, created_at__lt=limit)
    return dead.update(
        status=Question.Status.FAILED,
        error=DIED.format(tries=MOST_TRIES),
        answered_at=timezone.now(),
    )
