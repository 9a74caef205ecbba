"""A Training row carried out: corrections in, a model or a refusal out.

Everything that happens stands on the row. A new model is only ever written beside the
others; which one serves is changed by a promotion alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from customers.locks import held
from customers.models import ModelVersion, Training
from intelligence.analysis.run import describe
from intelligence.analysis.store import register
from intelligence.engines.errors import WeightsError
from intelligence.engines.head_files import SHIPPED
from intelligence.evaluation.columns import TableError
from intelligence.loaded import text_reader
from intelligence.recommender import fit_shop
from intelligence.recommending.measure import measure_fit
from intelligence.shop_recommender import in_service
from intelligence.training.customer_lesson import CustomerLesson
from intelligence.training.gate import verdict
from intelligence.training.lesson import Lesson
from intelligence.training.text_lesson import TextLesson

TRAINING_LOCKS = 7_310_005
FEWEST = 10
HOLDOUT = "frozen_holdout"
DIED = "the worker that trained it died; ask for another training"
TOO_FEW = "{n} corrections to learn from; a training needs {needed}"
RECOMMENDATION = "recommendation"
NO_PRODUCTS = "there are no products to recommend yet"
NOT_TRAINED = "{task} does not learn from corrections"


def carry_out_training(pk: int) -> None:
    """Train, unless somebody does or did; whatever goes wrong is on the row."""
    with held(TRAINING_LOCKS, pk) as mine:
        waiting = Training.objects.pending().filter(pk=pk)
        if not mine or not waiting.update(
            status=Training.Status.RUNNING, started_at=timezone.now()
        ):
            return
        job = Training.objects.get(pk=pk)
        try:
            _train(job)
        except (TableError, WeightsError) as problem:
            _finish(job, Training.Status.FAILED, error=str(problem))
        except Exception as error:
            # whatever happened, the page must not show a training that runs for ever
            _finish(job, Training.Status.FAILED, error=describe(error))
            raise


def end_the_dead() -> None:
    """Say so on trainings whose worker died: nobody holds their lock any more."""
    for job in Training.objects.filter(status=Training.Status.RUNNING):
        with held(TRAINING_LOCKS, job.pk) as free:
            if free:
                running = Training.objects.filter(pk=job.pk, status=Training.Status.RUNNING)
                running.update(
                    status=Training.Status.FAILED, error=DIED, finished_at=timezone.now()
                )


def measure_version(pk: int) -> None:
    """Put a serving version's figures on the rows held out here on its row."""
    version = ModelVersion.objects.get(pk=pk)
    lesson = lesson_of(version.task)
    if lesson is None or lesson.serving.card.sha256 != version.sha256 or not lesson.rows_held_out:
        return
    started = time.perf_counter()
    figures = lesson.figures(lesson.serving)
    rate = lesson.rows_held_out / max(time.perf_counter() - started, 1e-6)
    version.measured = figures | {"rows_per_second": round(rate, 1)}
    version.save(update_fields=["measured"])


def lesson_of(task: str) -> Lesson[Any] | None:
    """What staff decided about a task, with the model in service; None where none learns."""
    if task == "segment":
        return CustomerLesson()
    return TextLesson(task) if task in text_reader().heads else None


def _train(job: Training) -> None:
    _note(job, Training.Stage.COLLECTING, 0.05)
    if job.task == RECOMMENDATION:
        _fit_recommender(job)
        return
    lesson = lesson_of(job.task)
    if lesson is None:
        raise TableError(NOT_TRAINED.format(task=job.task))
    if lesson.rows_learnt < FEWEST:
        raise TableError(TOO_FEW.format(n=lesson.rows_learnt, needed=FEWEST))
    job.rows_used, job.rows_held_out = lesson.rows_learnt, lesson.rows_held_out
    job.replaces = register(lesson.serving.card)
    job.save(update_fields=["rows_used", "rows_held_out", "replaces"])
    lesson.prepare(lambda share: _note(job, Training.Stage.READING, 0.1 + 0.6 * share))
    _note(job, Training.Stage.FITTING, 0.75)
    base, origin = _base_of(job.replaces, lesson)
    new = lesson.taught(base)
    _note(job, Training.Stage.MEASURING, 0.9)
    _judge(job, lesson, new)
    if job.verdict["passed"]:
        job.model = _kept(job, lesson, new, origin)
    status = Training.Status.READY if job.verdict["passed"] else Training.Status.REFUSED
    _finish(job, status)


def _fit_recommender(job: Training) -> None:
    """A fit to all purchases. No gate holds it back, for it replaces a fit of the same
    method to fewer purchases, and serves at once.
    """
    _note(job, Training.Stage.FITTING, 0.1)
    job.replaces = in_service()
    version = fit_shop(_told_at_times(lambda s: _note(job, Training.Stage.FITTING, 0.1 + 0.4 * s)))
    if version is None:
        raise TableError(NO_PRODUCTS)
    _note(job, Training.Stage.MEASURING, 0.6)
    job.model, job.after = version, measure_fit(version) or {}
    job.rows_used = version.card["training_data"][0]["rows"]
    job.rows_held_out = job.after.get("n", 0)
    job.save(update_fields=["replaces", "after", "rows_used", "rows_held_out"])
    _finish(job, Training.Status.PROMOTED)


def _told_at_times(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Passes on a share done at each twentieth: steps are many, and each telling a write."""
    told = 0.0

    def heard(share: float) -> None:
        nonlocal told
        if share >= told + 0.05:
            told = share
            tell(share)

    return heard


def _judge(job: Training, lesson: Lesson[Any], new: Any) -> None:
    if not lesson.rows_held_out:
        raise TableError("there are no held-out rows to measure on yet; correct some more")
    job.before, job.after = lesson.figures(lesson.serving), lesson.figures(new)
    job.verdict = verdict(job.before, job.after)
    job.save(update_fields=["before", "after", "verdict"])


def _base_of(version: ModelVersion, lesson: Lesson[Any]) -> tuple[Any, ModelVersion]:
    """What to start from: the model that corrections were first added to, because all of
    them are added each time.
    """
    origin = version.base or version
    if origin == version:
        return lesson.serving, version
    own = Path(settings.MODELS_DIR) / origin.name
    is_shipped = origin.source == ModelVersion.Source.SHIPPED
    return lesson.load(SHIPPED / origin.task if is_shipped else own), origin


def _kept(job: Training, lesson: Lesson[Any], new: Any, base: ModelVersion) -> ModelVersion:
    """The model on disk, beside all others, and its row."""
    name = f"{job.task}-{job.pk}"
    figures = {key: value for key, value in job.after.items() if key != "languages"}
    card = replace(new.card, name=name, metrics={HOLDOUT: figures})
    saved = lesson.save(replace(new, card=card), Path(settings.MODELS_DIR) / name)
    version = register(saved.card)
    ModelVersion.objects.filter(pk=version.pk).update(
        name=name, card=saved.card.as_json(), base=base, measured=job.after,
        source=ModelVersion.Source.TRAINED,
    )  # fmt: skip
    return version


def _note(job: Training, stage: str, progress: float) -> None:
    job.stage, job.progress = stage, min(1.0, progress)
    job.save(update_fields=["stage", "progress"])


def _finish(job: Training, status: str, *, error: str = "") -> None:
    job.status, job.error, job.finished_at = status, error, timezone.now()
    job.stage, job.progress = Training.Stage.DONE, 1.0
    job.save(update_fields=["status", "error", "finished_at", "stage", "progress", "model"])
