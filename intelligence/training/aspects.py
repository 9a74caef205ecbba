"""Training the head that tells how an aspect sounds where it is mentioned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from intelligence.encoding import ManyTexts
from intelligence.engines.aspects import POLARITIES
from intelligence.engines.contract import Card
from intelligence.engines.fitting import Settings, calibrated, fit
from intelligence.engines.heads import SPAN, Head
from intelligence.engines.span_readers import SpanReader, span_vectors
from intelligence.evaluation.aspects import polarity_figures
from intelligence.evaluation.columns import TableError
from intelligence.training.encoder import chosen_sets
from intelligence.training.opinion_sets import CALIBRATING, MEASURED, Opinion, OpinionSet
from intelligence.training.text_heads import Rows

TASK = "aspects"
SETTINGS = Settings(decay=1e-4, buckets=0)


def train_aspects(data: Path, encode: ManyTexts, only: Sequence[str] = ()) -> Head:
    """A head for the encoder in `encode`, learnt from the sets with aspects in the folder
    `data`. Raises TableError when there are none.
    """
    sets = [one for one in chosen_sets(data, only) if one.rows[0].aspects]
    if not sets:
        raise TableError("none of the sets tells how aspects sound")
    learnt = _rows([row for one in sets for row in one.learnt()], encode)
    held = _rows([row for one in sets for row in one.part(CALIBRATING)], encode)
    found = fit(
        learnt.embeddings, learnt.texts, learnt.allowed, learnt.weights, POLARITIES, SETTINGS
    )
    found = calibrated(found, held.embeddings, held.texts, held.allowed)
    head = Head(_card(sets, found.temperature, encode), found, reads=SPAN)
    return replace(head, card=replace(head.card, metrics=_metrics(sets, head, encode)))


def _rows(opinions: Sequence[Opinion], encode: ManyTexts) -> Rows:
    """One row an aspect, all of equal weight."""
    read = encode.read(
        [one.text for one in opinions], [[(a, b) for a, b, _ in one.aspects] for one in opinions]
    )
    truth = np.array([polarity for one in opinions for _, _, polarity in one.aspects], np.int64)
    texts = tuple(one.text for one in opinions for _ in one.aspects)
    allowed = np.eye(len(POLARITIES), dtype=bool)[truth]
    return Rows(np.concatenate(span_vectors(read)), texts, allowed, np.ones(len(truth), np.float32))


def _metrics(
    sets: Sequence[OpinionSet], head: Head, encode: ManyTexts
) -> dict[str, dict[str, object]]:
    found = {}
    for one in sets:
        rows = _rows(one.part(MEASURED), encode)
        told = SpanReader(head, encode.backbone).probabilities(rows.embeddings)
        found[one.name] = polarity_figures([told], [rows.allowed.argmax(axis=1)])
    return found


def _card(sets: Sequence[OpinionSet], temperature: float, encode: ManyTexts) -> Card:
    return Card(
        name=TASK,
        task=TASK,
        description="how an aspect sounds where it is mentioned",
        labels=POLARITIES,
        languages=("en",),
        backbone=encode.backbone.name,
        sha256="",
        licence="Apache-2.0",
        temperature=temperature,
        training_data=tuple(
            {"name": one.name, "licence": one.licence, "rows": len(one.learnt())} for one in sets
        ),
    )
