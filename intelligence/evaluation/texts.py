"""`evaluate sentiment` and `evaluate intent`: what a head says of labelled texts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.heads import Head
from intelligence.engines.language import language_of
from intelligence.evaluation.answers import Answers
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.metrics import figures
from intelligence.evaluation.predictions import Told
from intelligence.evaluation.sentiment_scales import STEPS, five_step_figures, on_scale
from intelligence.evaluation.text_tables import TextTable


@dataclass(frozen=True, slots=True)
class Question:
    """Texts, the answers that are possible, and the place of the right one; int64[n].
    `ordered` answers stand on a scale, lowest first.
    """

    texts: tuple[str, ...]
    answers: Answers
    truth: NDArray[np.int64]
    ordered: bool = False


def sentiment_question(table: TextTable) -> Question:
    """A table's labels on their scale. Raises TableError when there is none."""
    try:
        return Question(table.texts, *on_scale(table.labels), ordered=True)
    except ValueError as error:
        raise TableError(str(error)) from error


def same_labels(table: TextTable, labels: Sequence[str]) -> Question:
    """A table whose labels are a head's own. Raises TableError where it holds no such row."""
    if not len(table):
        known = ", ".join(labels[:8])
        raise TableError(
            f"no row has a label that the model knows ({known}, ...): name a file to learn "
            "them from with --train"
        )
    places = {label: at for at, label in enumerate(labels)}
    truth = np.array([places[label] for label in table.labels], np.int64)
    return Question(table.texts, Answers.same(labels), truth)


def evaluate_texts(question: Question, encode: Encode, head: Head) -> tuple[dict[str, Any], Told]:
    """The figures with texts_per_second (embedding, language and head), and what was said."""
    started = time.perf_counter()
    told = tell(head, encode(question.texts), question)
    seconds = time.perf_counter() - started
    rate = {"texts_per_second": round(len(question.texts) / seconds, 1)}
    return text_figures(question, told) | rate, told


def text_figures(question: Question, told: Told) -> dict[str, Any]:
    """The figures of what was said, against the right answers; on a scale of five also
    how well three kinds and the order are told.
    """
    found = figures(told.found, question.truth, told.confidence, told.said)
    if question.ordered and len(told.names) == len(STEPS):
        return found | five_step_figures(told.probabilities, question.truth)
    return found


def tell(head: Head, embeddings: NDArray[np.float32], question: Question) -> Told:
    """What the head says of each text, in the labels of the question.

    Every text gets its most probable label; it counts as said where the product would
    show an opinion: the language is one of the head's, and the head is sure enough.
    """
    of_head = head.probabilities(embeddings, question.texts)
    said = [
        not head.prediction(row).abstained and language_of(text) in head.card.languages
        for row, text in zip(of_head, question.texts, strict=True)
    ]
    mapped = question.answers.probabilities(of_head)
    return Told(question.answers.names, mapped, np.array(said, bool))
