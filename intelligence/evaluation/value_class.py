"""`evaluate value_class`: who will spend how much in the next 39 days, on transactions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.evaluation.columns import TableError
from intelligence.evaluation.metrics import figures
from intelligence.training.segment import Shop, read_shop
from intelligence.training.value_class import (
    CLASSES,
    HORIZON_DAYS,
    Spenders,
    ValueClassModel,
    classes_of,
    cut_offs,
    end_of,
    fit_value_class,
    joined,
    spenders,
)

CLASSES_REPORTED = 4


def evaluate_value_class(data: Path, train: Path | None = None) -> dict[str, Any]:
    """The figures of the 39 days after a cut-off, by a model of the windows before it.

    Without `train` the cut-off is 39 days before the end of `data`. With `train` it is the
    end of `train`, and `data` holds the transactions that came after. The model reads the
    figures alone, because the taste adds nothing (docs/decisions/0007-segment.md).
    Raises TableError.
    """
    shop = read_shop(train or data, no_texts)
    cut_off = end_of(shop) - (0.0 if train else HORIZON_DAYS)
    model = model_before(shop, cut_off)
    tested = spenders(shop, cut_off, read_shop(data, no_texts) if train else None)
    if not tested.spent.any():
        raise TableError(f"{data}: nobody bought in the 39 days after the ones learnt from")
    return value_figures(model, tested) | {
        "classes": ", ".join(CLASSES[CLASSES_REPORTED]),
        "edges": [round(float(edge), 2) for edge in model.edges],
    }


def no_texts(texts: Sequence[str]) -> NDArray[np.float32]:
    """Embeddings of no length, for what reads figures alone."""
    return np.zeros((len(texts), 0), np.float32)


def model_before(shop: Shop, cut_off: float, classes: int = CLASSES_REPORTED) -> ValueClassModel:
    """The model of all windows that ended by `cut_off`. Raises TableError."""
    known = [spenders(shop, day) for day in cut_offs(shop, cut_off)]
    if not known:
        raise TableError("the transactions are too few days to learn from: at least 140")
    try:
        return fit_value_class(joined(known), classes)
    except ValueError as error:
        raise TableError(str(error)) from error


def value_figures(model: ValueClassModel, tested: Spenders) -> dict[str, Any]:
    """Macro-F1 and its neighbours of the classes that the model chooses."""
    probabilities = model.probabilities(tested.features)
    found, truth = model.choose(probabilities), classes_of(tested.spent, model.edges)
    confidence = probabilities[np.arange(len(found)), found]
    return figures(found, truth, confidence, np.ones(len(found), bool))


def said_and_true(
    model: ValueClassModel, tested: Spenders
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The class chosen of each row, and the right one."""
    found = model.choose(model.probabilities(tested.features))
    return found, classes_of(tested.spent, model.edges)
