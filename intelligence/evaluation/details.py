"""What the figures of a classifier are made of: by class, by language, by confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.language import language_of
from intelligence.evaluation.metrics import figures
from intelligence.evaluation.predictions import Told

BINS = 10
FEWEST_OF_LANGUAGE = 10


def detailed_figures(told: Told, truth: NDArray[np.int64], texts: Sequence[str]) -> dict[str, Any]:
    """As `metrics.figures`, and `classes`, `confusion`, `reliability` and `languages`.

    `classes` are the labels that occur in `truth` (places in `told.names`, int64[n]).
    Raises ValueError without rows.
    """
    found, confidence = told.found, told.confidence
    return figures(found, truth, confidence, told.said) | {
        "classes": class_figures(found, truth, told.names),
        "confusion": confusion(found, truth, told.names),
        "reliability": reliability(confidence, found == truth),
        "languages": _by_language(told, truth, texts),
    }


def figures_by_name(told: Told, truth: Sequence[str], texts: Sequence[str] = ()) -> dict[str, Any]:
    """`detailed_figures` where `truth` may name labels that the model does not know: those
    it gets wrong.
    """
    names = tuple(dict.fromkeys((*told.names, *truth)))
    wide = np.zeros((len(truth), len(names)), told.probabilities.dtype)
    wide[:, : len(told.names)] = told.probabilities
    places = np.array([names.index(label) for label in truth], np.int64)
    return detailed_figures(Told(names, wide, told.said), places, texts)


def class_figures(
    found: NDArray[np.int64], truth: NDArray[np.int64], names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """precision, recall, f1 and n of each label that occurs in `truth`, by its name."""
    return {names[place]: _one_class(found == place, truth == place) for place in np.unique(truth)}


def confusion(
    found: NDArray[np.int64], truth: NDArray[np.int64], names: Sequence[str]
) -> dict[str, Any]:
    """`labels` that occur at all, and `counts[right][found]` of rows."""
    places = np.union1d(found, truth)
    counts = np.zeros((len(places), len(places)), np.int64)
    np.add.at(counts, (np.searchsorted(places, truth), np.searchsorted(places, found)), 1)
    return {"labels": [names[place] for place in places], "counts": counts.tolist()}


def reliability(
    confidence: NDArray[np.floating[Any]], right: NDArray[np.bool_]
) -> list[list[float]]:
    """Mean confidence, accuracy and n of each tenth of confidence that has rows."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        [
            round(float(confidence[bins == place].mean()), 4),
            round(float(right[bins == place].mean()), 4),
            int((bins == place).sum()),
        ]
        for place in np.unique(bins)
    ]


def _one_class(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> dict[str, Any]:
    both = int((found & truth).sum())
    return {
        "precision": round(both / max(1, int(found.sum())), 4),
        "recall": round(both / int(truth.sum()), 4),
        "f1": round(2 * both / int(found.sum() + truth.sum()), 4),
        "n": int(truth.sum()),
    }


def _by_language(
    told: Told, truth: NDArray[np.int64], texts: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The figures of each language with enough texts."""
    languages = np.array([language_of(text) or "" for text in texts])
    parts = {}
    for code in np.unique(languages):
        rows = languages == code
        if code and rows.sum() >= FEWEST_OF_LANGUAGE:
            own = told.found[rows], truth[rows], told.confidence[rows], told.said[rows]
            parts[str(code)] = figures(*own)
    return parts
