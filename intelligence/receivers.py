"""The receivers of the records' doorbells: each turns one into a message for a worker.

Tasks are named, not imported: the web process rings without loading what workers run.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import models
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from customers.signals import (
    analysis_requested,
    job_requested,
    measures_refreshed,
    profiling_stopped,
    text_redacted,
)
from intelligence.models import Prediction, TextVector

logger = logging.getLogger(__name__)

# Which task carries out the jobs of which model.
JOBS = {
    "training": "intelligence.tasks.train",
    "promotion": "intelligence.tasks.promote",
    "errorbudget": "intelligence.tasks.derive_error_budgets",
    "prospectsearch": "intelligence.tasks.search_prospects",
    "question": "intelligence.tasks.answer_question",
    "draft": "intelligence.tasks.write_draft",
    "summary": "intelligence.tasks.write_summary",
    "generatortrial": "intelligence.tasks.try_generator",
    "articledraft": "intelligence.tasks.draft_article",
    "meaningsearch": "intelligence.tasks.search_by_meaning",
}


@receiver(analysis_requested)
def enqueue(sender: type[models.Model], pks: list[int] | None, **_: Any) -> None:
    """Few rows go to the interactive queue, many to the bulk queue.

    A broker that is away is only logged: the rows are pending, and the sweep rings again.
    """
    kind = sender._meta.model_name
    try:
        if pks is not None and len(pks) <= settings.ANALYSIS_INTERACTIVE_ROWS:
            current_app.send_task("intelligence.tasks.analyse_rows", [kind, pks])
        else:
            current_app.send_task("intelligence.tasks.analyse_pending", [kind])
    except (OperationalError, OSError) as error:
        logger.warning("%s rows wait for the sweep, the broker is away: %s", kind, error)


@receiver(job_requested)
def enqueue_job(sender: type[models.Model], pk: int, **_: Any) -> None:
    """The task that carries out such a job; the sweep rings again while it is pending."""
    task = JOBS.get(sender._meta.model_name or "")
    try:
        if task:
            current_app.send_task(task, [pk])
    except (OperationalError, OSError) as error:
        logger.warning("%s %s waits for the sweep, the broker is away: %s", sender, pk, error)


@receiver(profiling_stopped)
def forget_opinions(pks: list[int], **_: Any) -> None:
    """Who objects to profiling has no opinion of a model in the ledger either."""
    Prediction.objects.filter(kind="customer", object_id__in=pks).delete()


@receiver(text_redacted)
def forget_readings(sender: type[models.Model], pks: list[int], **_: Any) -> None:
    """What was made of the old texts goes; the new ones are pending."""
    kind = sender._meta.model_name
    Prediction.objects.filter(kind=kind, object_id__in=pks).delete()
    TextVector.objects.filter(**{f"{kind}__in": pks}).delete()


@receiver(measures_refreshed)
def enqueue_values(**_: Any) -> None:
    """New measures call for new values; when the broker is away, the clock rings later."""
    try:
        current_app.send_task("intelligence.tasks.refresh_values")
    except (OperationalError, OSError) as error:
        logger.warning("values wait for the clock, the broker is away: %s", error)
