"""A Training row carried out: corrections in, a model or a refusal out.

Everything that happens stands on the row. A new model is only ever written beside the
others; which one serves is changed by a promotion alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.utils import timezone
from numpy.typing import NDArray

from customers.models import ModelVersion, Training
from intelligence.analysis.run import describe
from intelligence.analysis.store import register
from intelligence.engines.errors import WeightsError
from intelligence.engines.head_files import SHIPPED, load_head, save_head
from intelligence.engines.heads import Head
from intelligence.engines.language import language_of
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.details import detailed_figures
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.predictions import Told
from intelligence.evaluation.text_tables import TextTable
from intelligence.loaded import text_reader
from intelligence.locks import held
from intelligence.training.corrections import corrected, golden, joined
from intelligence.training.gate import verdict
from intelligence.training.own_sentences import own_sentences
from intelligence.training.shop_head import train_from_corrections

if TYPE_CHECKING:
    from intelligence.engines.backbone import Backbone

TRAINING_LOCKS = 7_310_005
FEWEST = 10
CHUNK = 64
HOLDOUT = "frozen_holdout"
DIED = "the worker that trained it died; ask for another training"
TOO_FEW = "{n} corrections to learn from; a training needs {needed}"
NOT_TRAINED = "{task} does not learn from corrections of texts"


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
    head = text_reader().heads.get(version.task)
    if head is None or head.card.sha256 != version.sha256:
        return
    held_out = holdout(version.task, head)
    if len(held_out):
        encode = Vectors(text_reader().backbone, head.reads)
        version.measured = measured(head, held_out, encode)
        version.save(update_fields=["measured"])


def holdout(task: str, head: Head) -> TextTable:
    """The rows that no training learns from: the shop's own and those of the code."""
    return joined(_readable(golden(task), head), corrected(task, head.card.languages).held_out)


def measured(head: Head, table: TextTable, encode: Encode) -> dict[str, Any]:
    """`detailed_figures` of a head over its labels and the table's, with texts_per_second;
    a label it does not know it gets wrong.
    """
    started = time.perf_counter()
    probabilities = head.probabilities(encode(table.texts), table.texts)
    seconds = time.perf_counter() - started
    names = tuple(dict.fromkeys((*head.parameters.labels, *table.labels)))
    wide = np.zeros((len(table), len(names)), np.float32)
    wide[:, : probabilities.shape[1]] = probabilities
    said = np.array([not head.prediction(row).abstained for row in probabilities], bool)
    truth = np.array([names.index(label) for label in table.labels], np.int64)
    found = detailed_figures(Told(names, wide, said), truth, table.texts)
    return found | {"texts_per_second": round(len(table) / max(seconds, 1e-6), 1)}


class Vectors:
    """Embeds texts for one kind of heads, each text once, telling how far it is."""

    def __init__(self, backbone: Backbone, reads: str, job: Training | None = None) -> None:
        self.backbone, self.reads, self.job = backbone, reads, job
        self.known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, d], rows of length 1."""
        new = sorted({text for text in texts if text not in self.known}, key=len)
        for start in range(0, len(new), CHUNK):
            chunk = new[start : start + CHUNK]
            vectors = self.backbone.encode(chunk).vectors(self.reads)
            self.known.update(zip(chunk, vectors, strict=True))
            if self.job:
                _note(self.job, Training.Stage.READING, 0.1 + 0.6 * (start + CHUNK) / len(new))
        return np.stack([self.known[text] for text in texts])


def _train(job: Training) -> None:
    _note(job, Training.Stage.COLLECTING, 0.05)
    reader = text_reader()
    if job.task not in reader.heads:
        raise TableError(NOT_TRAINED.format(task=job.task))
    serving = reader.heads[job.task]
    rows = corrected(job.task, serving.card.languages)
    if len(rows.learnt) < FEWEST:
        raise TableError(TOO_FEW.format(n=len(rows.learnt), needed=FEWEST))
    held_out = holdout(job.task, serving)
    job.rows_used, job.rows_held_out = len(rows.learnt), len(held_out)
    job.replaces = register(serving.card)
    job.save(update_fields=["rows_used", "rows_held_out", "replaces"])
    encode = Vectors(reader.backbone, serving.reads, job)
    encode((*rows.learnt.texts, *held_out.texts, *own_sentences(job.task).texts))
    _note(job, Training.Stage.FITTING, 0.75)
    base, origin = _base_of(job.replaces, serving, reader.backbone_version)
    new = train_from_corrections(job.task, rows.learnt, base, encode, own_sentences(job.task))
    _note(job, Training.Stage.MEASURING, 0.9)
    _judge(job, serving, new, held_out, encode)
    if job.verdict["passed"]:
        job.model = _kept(job, new, origin, reader.backbone_version)
    status = Training.Status.READY if job.verdict["passed"] else Training.Status.REFUSED
    _finish(job, status)


def _judge(job: Training, old: Head, new: Head, held_out: TextTable, encode: Vectors) -> None:
    if not len(held_out):
        raise TableError("there are no held-out rows to measure on yet; correct some more")
    encode.job = None
    job.before, job.after = measured(old, held_out, encode), measured(new, held_out, encode)
    # both read vectors that were kept: what counts is how long reading the texts takes
    for figures in (job.before, job.after):
        figures.pop("texts_per_second")
    job.verdict = verdict(job.before, job.after)
    job.save(update_fields=["before", "after", "verdict"])


def _base_of(version: ModelVersion, serving: Head, backbone: str) -> tuple[Head, ModelVersion]:
    """What to start from: the model that corrections were first added to, because all of
    them are added each time.
    """
    origin = version.base or version
    if origin == version:
        return serving, version
    own = Path(settings.MODELS_DIR) / origin.name
    is_shipped = origin.source == ModelVersion.Source.SHIPPED
    folder = SHIPPED / origin.task if is_shipped else own
    return load_head(folder, backbone), origin


def _kept(job: Training, head: Head, base: ModelVersion, backbone: str) -> ModelVersion:
    """The model on disk, beside all others, and its row."""
    name = f"{job.task}-{job.pk}"
    figures = {key: value for key, value in job.after.items() if key != "languages"}
    card = replace(head.card, name=name, metrics={HOLDOUT: figures})
    saved = save_head(replace(head, card=card), Path(settings.MODELS_DIR) / name, backbone)
    version = register(saved.card)
    ModelVersion.objects.filter(pk=version.pk).update(
        name=name, card=saved.card.as_json(), base=base, measured=job.after,
        source=ModelVersion.Source.TRAINED,
    )  # fmt: skip
    return version


def _readable(table: TextTable, head: Head) -> TextTable:
    """The rows in the head's languages."""
    kept = [at for at, text in enumerate(table.texts) if language_of(text) in head.card.languages]
    return TextTable(
        tuple(table.texts[at] for at in kept),
        tuple(table.labels[at] for at in kept),
        tuple(range(len(kept))),
    )


def _note(job: Training, stage: str, progress: float) -> None:
    job.stage, job.progress = stage, min(1.0, progress)
    job.save(update_fields=["stage", "progress"])


def _finish(job: Training, status: str, *, error: str = "") -> None:
    job.status, job.error, job.finished_at = status, error, timezone.now()
    job.stage, job.progress = Training.Stage.DONE, 1.0
    job.save(update_fields=["status", "error", "finished_at", "stage", "progress", "model"])
