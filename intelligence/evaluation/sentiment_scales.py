"""The scales on which tables tell sentiment, in the five steps of the product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from intelligence.evaluation.answers import Answers

STEPS = ("very_negative", "negative", "neutral", "positive", "very_positive")
VALUES = (-1.0, -0.5, 0.0, 0.5, 1.0)

# For each scale its labels, most negative first: the steps each stands for, and how
# tables write it. The first scale that knows every label of a table is the table's.
Scale = Mapping[str, tuple[tuple[int, ...], tuple[str, ...]]]
BINARY: Scale = {
    "negative": ((0, 1), ("negative", "neg", "0", "false")),
    "positive": ((3, 4), ("positive", "pos", "1", "true")),
}
THREE: Scale = {
    "negative": ((0, 1), ("negative", "neg", "-1")),
    "neutral": ((2,), ("neutral", "neu", "0")),
    "positive": ((3, 4), ("positive", "pos", "1")),
}
STARS: Scale = {str(star): ((star - 1,), (str(star),)) for star in range(1, 6)}
FIVE: Scale = {step: ((place,), (step, step.replace("_", "-"))) for place, step in enumerate(STEPS)}
SCALES = (BINARY, THREE, STARS, FIVE)
KINDS = np.array([0, 0, 1, 2, 2])  # of the five steps: negative, neutral, positive


def on_scale(labels: Sequence[str]) -> tuple[Answers, NDArray[np.int64]]:
    """The scale of these labels, and the place of each on it; int64[n].

    Names come back as the table writes them. Raises ValueError when no scale fits.
    """
    plain = [label.lower().replace(" ", "_") for label in labels]
    for scale in SCALES:
        places = {word: at for at, (_, words) in enumerate(scale.values()) for word in words}
        if places.keys() >= set(plain):
            rows = np.array([places[label] for label in plain], np.int64)
            return _answers(scale, labels, rows), rows
    found = ", ".join(sorted(set(labels))[:8])
    raise ValueError(
        f"labels {found} are on no known scale: 0/1, negative/neutral/positive, 1 to 5 stars, "
        f"or {', '.join(STEPS)}"
    )


def five_step_figures(
    probabilities: NDArray[np.floating[Any]], truth: NDArray[np.int64]
) -> dict[str, Any]:
    """accuracy_three_way (negative, neutral, positive), and spearman, the rank correlation
    of the score with the step (None where all steps or scores are the same).
    """
    kinds = probabilities @ (KINDS[:, None] == np.arange(3))
    scores = probabilities @ np.array(VALUES)
    told_apart = len(np.unique(truth)) > 1 and len(np.unique(scores)) > 1
    return {
        "accuracy_three_way": round(float((kinds.argmax(axis=1) == KINDS[truth]).mean()), 4),
        "spearman": round(float(spearmanr(scores, truth).statistic), 4) if told_apart else None,
    }


def _answers(scale: Scale, labels: Sequence[str], rows: NDArray[np.int64]) -> Answers:
    written = list(scale)
    for at, first in zip(*np.unique(rows, return_index=True), strict=True):
        written[int(at)] = labels[int(first)]
    allowed = np.zeros((len(scale), len(STEPS)), bool)
    for at, (steps, _) in enumerate(scale.values()):
        allowed[at, list(steps)] = True
    return Answers(tuple(written), allowed)
