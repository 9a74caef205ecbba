"""How sure an answer of the whole road is: search among many passages, then the reader.

Each held-out question is asked of all passages of its set; of a third the passage that it
was written about is taken away, so that nothing answers it. Only sets count whose questions
stand alone: of a review people ask "how long did it take?", which a hundred others answer. An
answer is right when it shares at least half of its words with a known one (F1), or when the
sentence that it is shown in holds the known one. Each half of the questions is judged by the
numbers that the other half fits; those judgements give the threshold of the error budget and
the figures. What ships is fitted on all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.encoding import ManyTexts
from intelligence.engines.answer_choice import Calibration, Choice, Judged, choose, fit_calibration
from intelligence.engines.answer_contract import Reading
from intelligence.engines.answer_reader import ExtractiveReader
from intelligence.engines.risk_control import control, curve
from intelligence.engines.sentences import sentences_of
from intelligence.engines.span_tuning import SpanExample
from intelligence.evaluation.retrieval import Library, closest, library_of
from intelligence.evaluation.squad import f1
from intelligence.training.answer_sets import SUBJECTIVE, AnswerSet

LANGUAGE = "en"
BUDGET = 0.05
NEVER = 1.01  # no probability reaches it
PASSAGES = 6  # of a question, as the product reads
TAKEN_AWAY = 3  # every so many questions lose their passage
HALF_RIGHT = 0.5
ALONE = ("new_wiki",)  # questions that stand without their passage


@dataclass(frozen=True, slots=True)
class Fitted:
    """The calibration, and what it did on questions that did not fit it."""

    calibration: Calibration
    figures: dict[str, Any]


def calibrate(
    reader: ExtractiveReader, sets: Sequence[AnswerSet], encode: ManyTexts, most: int = 1600
) -> Fitted:
    """Fit on held-out questions of the sets, at most so many."""
    known = [one for one in sets if one.name in ALONE]
    known = known or [one for one in sets if one.name != SUBJECTIVE]
    passages = list(dict.fromkeys(pair.passage for one in known for pair in one.examples))
    library = library_of(passages, LANGUAGE, encode)
    asked = [pair for one in known for pair in one.held_out()][:most]
    embeddings = encode([pair.question for pair in asked])
    judged = [
        _judged(pair, place % TAKEN_AWAY == 0, vector, library, passages, reader)
        for place, (pair, vector) in enumerate(zip(asked, embeddings, strict=True))
    ]
    return fitted_on(judged)


def fitted_on(judged: Sequence[Judged]) -> Fitted:
    """The calibration of judged questions, and what it is worth on those that did not fit it."""
    sure, right = np.zeros(len(judged)), np.zeros(len(judged), bool)
    even, odd = slice(0, None, 2), slice(1, None, 2)
    for own, other in ((even, odd), (odd, even)):
        sure[own], right[own] = _sure(judged[own], fit_calibration(judged[other]))
    point = control(sure, right, BUDGET)
    threshold = NEVER if point is None else round(point.threshold, 4)
    calibration = replace(fit_calibration(judged), threshold=threshold)
    answerable = float(np.mean([any(one.right) for one in judged]))
    return Fitted(calibration, _figures(sure, right, threshold, answerable))


def _judged(
    pair: SpanExample,
    is_taken_away: bool,
    vector: Any,
    library: Library,
    passages: Sequence[str],
    reader: ExtractiveReader,
) -> Judged:
    found = closest(pair.question, vector, library, LANGUAGE, PASSAGES + 1)
    gone = pair.passage if is_taken_away else None
    hits = [(at, score) for at, score in found if passages[at] != gone][:PASSAGES]
    readings = reader.read(pair.question, [passages[at] for at, _ in hits])
    answer = "" if pair.answer is None else pair.passage[slice(*pair.answer)]
    right = [
        _is_right(reading, passages[at], answer)
        for reading, (at, _) in zip(readings, hits, strict=True)
    ]
    return Judged(readings, [score for _, score in hits], right)


def _is_right(reading: Reading, passage: str, answer: str) -> bool:
    shown = [
        passage[start:end]
        for start, end in sentences_of(passage)
        if start < reading.end and end > reading.start
    ]
    is_shown = bool(answer) and any(answer.lower() in sentence.lower() for sentence in shown)
    return is_shown or f1(reading.text, (answer,)) >= HALF_RIGHT


def _sure(judged: Sequence[Judged], calibration: Calibration) -> tuple[Any, Any]:
    """float64[n] how sure each answer is (0: none), bool[n] whether it is right."""
    chosen = [choose(one.readings, one.hit_scores, calibration) for one in judged]
    sure = np.array([_probability(choice) for choice in chosen])
    right = np.array(
        [
            choice.best is not None and bool(one.right[choice.best])
            for choice, one in zip(chosen, judged, strict=True)
        ]
    )
    return sure, right


def _probability(choice: Choice) -> float:
    return 0.0 if choice.best is None else choice.probability


def _figures(
    sure: NDArray[np.float64], right: NDArray[np.bool_], threshold: float, answerable: float
) -> dict[str, Any]:
    given = sure >= threshold
    return {
        "n": len(sure),
        "answerable": round(answerable, 4),
        "threshold": threshold,
        "answered": round(float(given.mean()), 4),
        "wrong_of_answered": round(float((~right)[given].mean()), 4) if given.any() else None,
        "risk_coverage": [asdict(point) for point in curve(sure, right)],
    }
