"""What is said of texts of several languages: each by the engine for its language."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.heads import Head
from intelligence.engines.language import language_of
from intelligence.engines.reading import Specialist
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.predictions import Told
from intelligence.evaluation.texts import Question, tell, text_figures


def evaluate_by_language(
    question: Question, encode: Encode, head: Head, specialists: Sequence[Specialist]
) -> tuple[dict[str, Any], Told]:
    """As `evaluate_texts`, with the texts in a specialist's language told by it."""
    started = time.perf_counter()
    told = tell_by_language(question, encode, head, specialists)
    seconds = time.perf_counter() - started
    rate = {"texts_per_second": round(len(question.texts) / seconds, 1)}
    return text_figures(question, told) | rate, told


def tell_by_language(
    question: Question, encode: Encode, head: Head, specialists: Sequence[Specialist]
) -> Told:
    """What is said of each text, in the labels of the question."""
    languages = np.array([language_of(text) or "" for text in question.texts])
    answers = question.answers
    probabilities = np.zeros((len(languages), len(answers.names)))
    said = np.zeros(len(languages), bool)
    rest = np.ones(len(languages), bool)
    for specialist in specialists:
        own = np.isin(languages, specialist.languages) & rest
        rest &= ~own
        steps = specialist.probabilities(_texts(question, own))
        probabilities[own], said[own] = answers.probabilities(steps), True
    if rest.any():
        others = Question(_texts(question, rest), answers, question.truth[rest], question.ordered)
        told = tell(head, encode(others.texts), others)
        probabilities[rest], said[rest] = told.probabilities, told.said
    return Told(answers.names, probabilities, said)


def _texts(question: Question, rows: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(question.texts[row] for row in np.flatnonzero(rows))
