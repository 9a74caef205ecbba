"""The Celery tasks: each loads nothing, decides nothing, and calls a plain function."""

from __future__ import annotations

import logging
from typing import Any

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import current_app, shared_task
from celery.signals import task_failure, worker_process_init
from django.conf import settings
from django.db import DatabaseError

from intelligence import text_index
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending as drain
from intelligence.analysis.run import analyse_rows as read_rows
from intelligence.analysis.sweep import give_up_questions, overdue_jobs, overdue_kinds
from intelligence.answering.answer import answer_question as answer
from intelligence.answering.budget import derive_answers_when_due
from intelligence.assisting.suggest import write_draft as complete_draft
from intelligence.assisting.summaries import write_summary as complete_summary
from intelligence.customer_values import refresh_values_when_due
from intelligence.engines.errors import WeightsError
from intelligence.error_budgets import derive_when_due
from intelligence.generating.trials import carry_out_trial
from intelligence.loaded import answer_reader, text_reader
from intelligence.radar.drafting import carry_out_draft
from intelligence.radar.run import refresh_radar as look_when_due
from intelligence.recommender import refit_when_stale
from intelligence.recommending.measure import measure_when_due
from intelligence.recommending.prospects import carry_out_search
from intelligence.recommending.renewal import renew_nightly, renew_outdated
from intelligence.searching import carry_out_search as carry_out_meaning_search
from intelligence.serving import carry_out_promotion, note_serving
from intelligence.topics import refresh_topics as fit_topics_when_due
from intelligence.training.jobs import carry_out_training, end_the_dead, measure_version

logger = logging.getLogger(__name__)

BULK_SECONDS = 120  # then the task rings itself again, so that other bulk work gets a turn
# For models that hang where Python's own timer does not reach them (intelligence.analysis.limits).
LIMIT_SECONDS = 1800


@worker_process_init.connect
def load_models(**_: Any) -> None:
    """Load the text models as soon as a pool process starts (after the fork), so that the
    first ticket does not wait for them. Weights that are missing are told by the rows.
    """
    try:
        text_reader()
        answer_reader().load()
        for version in note_serving():
            if not version.measured:
                measure.delay(version.pk)
    except (WeightsError, DatabaseError) as error:
        told = str(error) if isinstance(error, WeightsError) else type(error).__name__
        logger.error("%s", told)


@shared_task(time_limit=LIMIT_SECONDS)
def analyse_rows(kind: str, pks: list[int]) -> None:
    """Read these rows, which somebody is waiting for."""
    read_rows(KINDS[kind], pks)


@shared_task(time_limit=LIMIT_SECONDS)
def analyse_pending(kind: str) -> None:
    """Read all pending rows of a kind."""
    if drain(KINDS[kind], seconds=BULK_SECONDS).out_of_time:
        analyse_pending.delay(kind)
    elif kind == "customer":
        measure_recommender.delay()
    elif kind in text_index.KINDS:
        text_index.keep_current(kind)


@task_failure.connect
def go_on_after_a_death(sender: Any, exception: BaseException, args: Any, **_: Any) -> None:
    """A row ended the pool process: its neighbours need not wait for the sweep. The try was
    counted, so this ends.
    """
    if sender.name in (analyse_rows.name, analyse_pending.name) and isinstance(
        exception, WorkerLostError | TimeLimitExceeded
    ):
        sender.delay(*args)


@shared_task(expires=settings.ANALYSIS_SWEEP_SECONDS)
def sweep() -> None:
    """Ring again for every kind with overdue rows."""
    for kind in overdue_kinds():
        analyse_pending.delay(kind)
    for task, pk in overdue_jobs():
        current_app.send_task(task, [pk])
    end_the_dead()
    give_up_questions()


@shared_task
def answer_question(pk: int) -> None:
    """Answer a question, which somebody is waiting for."""
    answer(pk)


@shared_task(expires=60)  # whoever typed it has gone on
def search_by_meaning(pk: int) -> None:
    """Find the records that mean what somebody typed."""
    carry_out_meaning_search(pk)


@shared_task
def train(pk: int) -> None:
    """Train from the corrections of staff, with the progress on the Training row."""
    carry_out_training(pk)


@shared_task
def promote(pk: int) -> None:
    """Change the model that serves, forwards or back, as the Promotion row says."""
    carry_out_promotion(pk)


@shared_task
def measure(pk: int) -> None:
    """Measure a serving model on the rows that are held out here."""
    measure_version(pk)


@shared_task
def refresh_recommender() -> None:
    """Fit the recommender again when enough was sold or added since the last fit, and have
    lists with products that are no longer on sale made anew.
    """
    refit_when_stale()
    renew_outdated()
    measure_when_due()


@shared_task
def measure_recommender() -> None:
    """Measure the fit in service on purchases that are held out, once a day."""
    measure_when_due()


@shared_task
def renew_recommendations() -> None:
    """The nightly round: pairs, all lists, and what lists did to orders."""
    renew_nightly()


@shared_task
def search_prospects(pk: int) -> None:
    """Find the customers to tell about a product, for its ProspectSearch row."""
    carry_out_search(pk)


@shared_task
def write_draft(pk: int) -> None:
    """Suggest replies to a ticket, for its Draft row."""
    complete_draft(pk)


@shared_task
def write_summary(pk: int) -> None:
    """Sum up a ticket or a customer's texts, for its Summary row."""
    complete_summary(pk)


@shared_task
def refresh_values() -> None:
    """Tell what customers will order and spend when orders changed."""
    refresh_values_when_due(patient=True)


@shared_task
def refresh_topics() -> None:
    """Fit the topics of tickets and reviews again when enough was written since."""
    fit_topics_when_due()


@shared_task
def derive_error_budgets(_pk: int | None = None) -> None:
    """Derive the thresholds of error budgets that are new, stale or of another model."""
    derive_when_due()
    derive_answers_when_due()


@shared_task
def try_generator(pk: int) -> None:
    """Have a generator write one sentence, for its GeneratorTrial row."""
    carry_out_trial(pk)


@shared_task
def refresh_radar() -> None:
    """Look for contradictions, stale articles and articles to write, where texts changed."""
    look_when_due()


@shared_task
def draft_article(pk: int) -> None:
    """Draft an article from solved tickets, for its ArticleDraft row."""
    carry_out_draft(pk)
