"""Which of the readings is the answer, and how sure that is.

P(a | q, c) = softmax over the spans found in the passages c and "no answer":

    z_i = margin · m_i + hit · s_i,     z_none = none

m_i is how much likelier the reader holds the span than silence (logits), s_i the search's
score of the passage in [0, 1]. The three numbers are fitted by maximum likelihood on
questions whose answer is known, with passages found by the same search (see
`fit_calibration`), so the probability means how often such answers are right. Spans that
say the same add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from intelligence.engines.answer_contract import Reading

RIDGE = 1e-3  # keeps a separable fit finite
LEAST_MARGIN, LARGEST_MARGIN = -20.0, 20.0  # beyond that the reader is sure either way


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted numbers, and the least probability at which an answer is given."""

    margin: float
    hit: float
    none: float
    threshold: float

    def as_json(self) -> dict[str, float]:
        """As a card keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Choice:
    """`best` is the place of the likeliest answer among the readings, None where no answer is
    likelier than any; `probability` that of `best` with all spans that say the same.
    `distribution` float of each reading, "no answer" last; sums to 1.
    """

    best: int | None
    probability: float
    distribution: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The readings of one question, the search's score of each, and which are right."""

    readings: Sequence[Reading]
    hit_scores: Sequence[float]
    right: Sequence[bool]


def choose(
    readings: Sequence[Reading], hit_scores: Sequence[float], calibration: Calibration
) -> Choice:
    """The likeliest answer of the readings of one question."""
    logits = _features(readings, hit_scores) @ [calibration.margin, calibration.hit]
    logits = np.append(logits, calibration.none)
    shares = np.exp(logits - logsumexp(logits))
    told = tuple(round(float(share), 6) for share in shares)
    if not readings:
        return Choice(None, 0.0, told)
    said = [_same(reading.text) for reading in readings]
    summed = [
        sum(shares[other] for other in range(len(said)) if said[other] == said[place])
        if said[place]
        else 0.0
        for place in range(len(said))
    ]
    best = max(range(len(said)), key=lambda place: (summed[place], shares[place]))
    if not said[best] or shares[-1] > summed[best]:
        return Choice(None, round(float(summed[best]), 6), told)
    return Choice(best, round(float(summed[best]), 6), told)


def fit_calibration(questions: Sequence[Judged], threshold: float = 0.5) -> Calibration:
    """The numbers under which the right answers are likeliest; of a question with no right
    reading that is "no answer".
    """
    features = [_features(one.readings, one.hit_scores) for one in questions]
    right = [np.array([*one.right, not any(one.right)], bool) for one in questions]

    def loss(numbers: NDArray[np.float64]) -> float:
        total = RIDGE * float(numbers @ numbers)
        for own, truth in zip(features, right, strict=True):
            logits = np.append(own @ numbers[:2], numbers[2])
            total += float(logsumexp(logits) - logsumexp(logits[truth]))
        return total / max(1, len(questions))

    found = minimize(loss, np.array([0.5, 1.0, 1.0]), method="BFGS").x
    margin, hit, none = (round(float(number), 5) for number in found)
    return Calibration(margin, hit, none, threshold)


def _features(readings: Sequence[Reading], hit_scores: Sequence[float]) -> NDArray[np.float64]:
    margins = [min(max(one.margin, LEAST_MARGIN), LARGEST_MARGIN) for one in readings]
    return np.array([margins, list(hit_scores)], float).reshape(2, -1).T


def _same(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .,;:!?。，；：！？")
