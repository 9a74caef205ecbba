"""Which models serve: what the files say, told on rows; and changes of it, carried out.

The files decide (`active.json` in the folder of trained models, written whole), for the
workers read them. A promotion writes the file first and the rows after it, in one
transaction: cut off anywhere, it is still pending and is carried out again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.locks import held, held_until_commit
from customers.models import Customer, Message, ModelVersion, Promotion, Review, Training
from intelligence.analysis.again import have_read_again
from intelligence.analysis.store import register
from intelligence.engines.errors import RefusedWeightsError, WeightsError
from intelligence.engines.head_files import (
    CARD,
    SHIPPED,
    WEIGHTS,
    demote,
    find_weights,
    load_card,
    load_head,
    promote,
    promoted_tasks,
    read_checked,
)
from intelligence.loaded import text_reader

SERVING_LOCK = 7_310_003
PROMOTION_LOCKS = 7_310_004
TEXT_TASKS = ("intent", "priority", "sentiment")
SUPERSEDED = "a later change of this model took its place"


def note_serving() -> list[ModelVersion]:
    """Have the rows say what the files say; the versions that serve now. Empty while
    another process is at it.
    """
    own = Path(settings.MODELS_DIR)
    tasks = {path.parent.name for path in SHIPPED.glob(f"*/{CARD}")} | promoted_tasks(own)
    with transaction.atomic():
        if not held_until_commit(SERVING_LOCK):
            return []
        found = [_version_of(task, own) for task in sorted(tasks)]
        for version in found:
            mark_serving(version)
    return found


def mark_serving(version: ModelVersion) -> None:
    """Say on the rows that this version serves its task, and no other does."""
    others = ModelVersion.objects.serving().filter(task=version.task).exclude(pk=version.pk)
    others.update(is_serving=False)
    ModelVersion.objects.filter(pk=version.pk).update(is_serving=True)


def carry_out_promotion(pk: int) -> None:
    """Change the serving model, then have the rows it read be read again. What stands in
    the way is told on the row, and the model in service stays.
    """
    with held(PROMOTION_LOCKS, pk) as mine:
        if not mine:
            return
        job = Promotion.objects.pending().select_related("model").filter(pk=pk).first()
        if job is None:
            return
        try:
            _serve(job)
        except WeightsError as error:
            _finish(job, Promotion.Status.FAILED, error=str(error))
            return
        job.rows_asked = sum(have_read_again(rows) for rows in rows_read_by(job.model.task))
        _finish(job, Promotion.Status.DONE)


def rows_read_by(task: str) -> list[Any]:
    """The rows that a model of this task reads, kind by kind."""
    rows: dict[str, list[Any]] = {
        "intent": [Message.objects.openings()],
        "priority": [Message.objects.openings()],
        "sentiment": [Message.objects.from_customers(), Review.objects.all()],
        "segment": [Customer.objects.all()],
    }
    return rows.get(task, [])


@transaction.atomic
def _serve(job: Promotion) -> None:
    task, model = job.model.task, job.model
    newer = Promotion.objects.filter(model__task=task, pk__gt=job.pk)
    if newer.exclude(status=Promotion.Status.FAILED).exists():
        raise RefusedWeightsError(SUPERSEDED)
    _write_choice(model)
    if not job.replaced_id:
        before = ModelVersion.objects.serving().filter(task=task).exclude(pk=model.pk).first()
        job.replaced = before
        job.save(update_fields=["replaced"])
    mark_serving(model)
    ready = Training.objects.filter(model=model, status=Training.Status.READY)
    ready.update(status=Training.Status.PROMOTED)


def _write_choice(model: ModelVersion) -> None:
    """Name the model in the file that workers follow, after a look at its own files."""
    own = Path(settings.MODELS_DIR)
    shipped = SHIPPED / model.task
    if (shipped / CARD).exists() and load_card(shipped).sha256 == model.sha256:
        demote(model.task, own)
        return
    folder = own / model.name
    _check(model, folder)
    promote(model.task, model.name, own)


def _check(model: ModelVersion, folder: Path) -> None:
    """Raises MissingWeightsError or RefusedWeightsError unless these are the files of
    `model`, whole, and made for the encoder in use.
    """
    card = load_card(folder)
    if card.sha256 != model.sha256:
        raise RefusedWeightsError(f"{folder} holds another version than {model.short}")
    read_checked(folder / WEIGHTS, card.sha256)
    if model.task in TEXT_TASKS:
        load_head(folder, text_reader().backbone_version)


def _version_of(task: str, own: Path) -> ModelVersion:
    return register(load_card(find_weights(task, [own])))


def _finish(job: Promotion, status: str, *, error: str = "") -> None:
    job.status, job.error, job.finished_at = status, error, timezone.now()
    job.save(update_fields=["status", "error", "rows_asked", "finished_at"])
