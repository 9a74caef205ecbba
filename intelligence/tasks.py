"""The Celery tasks: each loads nothing, decides nothing, and calls a plain function."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init
from django.conf import settings

from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending as drain
from intelligence.analysis.run import analyse_rows as read_rows
from intelligence.analysis.sweep import overdue_kinds
from intelligence.engines.errors import WeightsError
from intelligence.loaded import text_reader
from intelligence.recommender import refit_when_stale

logger = logging.getLogger(__name__)

BULK_SECONDS = 120  # then the task rings itself again, so that other bulk work gets a turn


@worker_process_init.connect
def load_models(**_: Any) -> None:
    """Load the text models as soon as a pool process starts (after the fork), so that the
    first ticket does not wait for them. Weights that are missing are told by the rows.
    """
    try:
        text_reader()
    except WeightsError as error:
        logger.error("%s", error)


@shared_task
def analyse_rows(kind: str, pks: list[int]) -> None:
    """Read these rows, which somebody is waiting for."""
    read_rows(KINDS[kind], pks)


@shared_task
def analyse_pending(kind: str) -> None:
    """Read all pending rows of a kind."""
    if drain(KINDS[kind], seconds=BULK_SECONDS).out_of_time:
        analyse_pending.delay(kind)


@shared_task(expires=settings.ANALYSIS_SWEEP_SECONDS)
def sweep() -> None:
    """Ring again for every kind with overdue rows."""
    for kind in overdue_kinds():
        analyse_pending.delay(kind)


@shared_task
def refresh_recommender() -> None:
    """Fit the recommender again when enough was sold or added since the last fit."""
    refit_when_stale()
