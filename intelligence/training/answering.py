"""Training the reader of answers: which pairs it sees, and in which order.

First short stretches of the passages, which cost half as much and teach most; then the
passages whole, with twice as many that do not say what is asked.
docs/decisions/0029-answer-reader.md has what each part gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from intelligence.encoding import ManyTexts
from intelligence.engines.answer_reader import UNMEASURED, AdaptedReader, bare_model, tokenizer_of
from intelligence.engines.backbone import Backbone
from intelligence.engines.contract import Card
from intelligence.engines.reader_files import TASK, ReaderChange, change_of, save_reader
from intelligence.engines.span_tuning import SpanExample, SpanProgress, SpanSettings, tune_spans
from intelligence.evaluation.answering import figures_of
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.squad import Asked
from intelligence.training.answer_calibration import calibrate
from intelligence.training.answer_sets import (
    SUBJECTIVE,
    AnswerSet,
    answer_sets,
    cropped,
    unanswered,
)

# Of each round: words of a passage at most, share of the questions with a silent passage.
ROUNDS = ((88, 0.25), (88, 0.2), (150, 0.5))
SEED = 7
RANK = 96  # of what is kept of each matrix's change


def rounds_of(sets: Sequence[AnswerSet], encode: Encode) -> list[list[SpanExample]]:
    """The pairs of each pass, drawn by a fixed seed."""
    order = np.random.default_rng(SEED)
    found: list[list[SpanExample]] = []
    for place, (words, share) in enumerate(ROUNDS):
        pairs: list[SpanExample] = []
        for one in sets:
            own = one.learnt()
            if one.name == SUBJECTIVE:
                own = own[place % 2 :: 2]
            else:
                own += unanswered(own, encode, share, order)
            pairs += own
        found.append([cropped(pair, words, order) for pair in pairs])
    return found


def train_reader(
    data: Path,
    folder: Path,
    encode: ManyTexts,
    report: Callable[[SpanProgress], None] | None = None,
    settings: SpanSettings | None = None,
) -> Card:
    """Train a reader on the sets in `data`, a folder, and write it to `folder`; its figures
    are of the passages held out. Raises TableError.
    """
    sets = answer_sets(data)
    encoder = Backbone()
    model = bare_model(encoder.folder, attention="eager")
    before = weights_of(model)
    tokenizer = tokenizer_of(encoder.folder)
    tune_spans(model, tokenizer, rounds_of(sets, encode), settings or SpanSettings(), report)
    change = ReaderChange(
        change_of(before, weights_of(model), RANK), encoder.bare_version, UNMEASURED
    )
    return save_measured(change, folder, sets, encode)


def save_measured(
    change: ReaderChange, folder: Path, sets: Sequence[AnswerSet], encode: ManyTexts
) -> Card:
    """Write a reader with its calibration, and the figures of the passages that it did not
    learn from.
    """
    reader = AdaptedReader(change, "")
    metrics = {one.name: figures_of(_asked(one), reader) for one in sets}
    fitted = calibrate(reader, sets, encode)
    metrics["answers"] = fitted.figures
    change = replace(change, calibration=fitted.calibration)
    card = Card(
        name=folder.name,
        task=TASK,
        description="extractive reader: first and last token of an answer, or none",
        labels=(),
        languages=("en",),
        backbone=Backbone().name,
        sha256="",
        licence="Apache-2.0",
        training_data=tuple(
            {"name": one.name, "licence": one.licence, "rows": len(one.learnt())} for one in sets
        ),
        threshold=fitted.calibration.threshold,
        metrics=metrics,
    )
    return save_reader(change, folder, card)


def weights_of(model: Any) -> dict[str, Any]:
    """The trainable weights of a question-answering model, as arrays of their own."""
    embeddings = {id(one) for one in model.get_input_embeddings().parameters()}
    return {
        name: weight.detach().numpy().copy()
        for name, weight in model.named_parameters()
        if id(weight) not in embeddings
    }


def _asked(one: AnswerSet) -> list[Asked]:
    return [
        Asked(
            str(place),
            pair.question,
            pair.passage,
            () if pair.answer is None else (pair.passage[slice(*pair.answer)],),
        )
        for place, pair in enumerate(one.held_out())
    ]
