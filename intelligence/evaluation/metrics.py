"""The figures of a classifier on rows whose label is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 15


def figures(
    found: NDArray[Any],
    truth: NDArray[Any],
    confidence: NDArray[np.floating[Any]],
    said: NDArray[np.bool_],
) -> dict[str, Any]:
    """n, accuracy, macro_f1, ece, coverage and accuracy_where_said.

    `found` and `truth` are labels [n], `confidence` the probability of what was found,
    `said` whether the engine stood by it. Accuracy, F1 and ECE are over all rows, said or
    not; coverage is the share that was said. Raises ValueError without rows.
    """
    if not len(truth):
        raise ValueError("no rows to measure on")
    right = found == truth
    return {
        "n": len(truth),
        "accuracy": _rounded(right.mean()),
        "macro_f1": _rounded(macro_f1(found, truth)),
        "ece": _rounded(calibration_error(confidence, right)),
        "coverage": _rounded(said.mean()),
        "accuracy_where_said": _rounded(right[said].mean()) if said.any() else None,
    }


def macro_f1(found: NDArray[Any], truth: NDArray[Any]) -> float:
    """The mean F1 of the labels that occur in `truth`."""
    scores = []
    for label in np.unique(truth):
        both = ((found == label) & (truth == label)).sum()
        scores.append(2 * both / ((found == label).sum() + (truth == label).sum()))
    return float(np.mean(scores))


def calibration_error(confidence: NDArray[np.floating[Any]], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over 15 equal bins (Guo et al. 2017)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(right))


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)
