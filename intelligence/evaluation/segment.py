"""`evaluate segment`: how well a segment engine tells the label of a table's customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from intelligence.engines.customer_features import NAMES, Features, ShopReference, scaled
from intelligence.engines.segment import SegmentEngine
from intelligence.evaluation.columns import TableError, read_columns

REQUIRED = ("recency_days", "orders", "spent", "label")
BINS = 15


def evaluate_segment(data: Path, engine: SegmentEngine) -> dict[str, Any]:
    """n, accuracy, macro_f1, ece and coverage on a table of one shop's customers.

    Columns: recency_days, orders, spent, label; average_order_value, units_per_order,
    return_rate, tenure_days, gap_variation and recency_in_own_gaps where known.
    Raises TableError.
    """
    table = read_columns(data, REQUIRED)
    labels = np.array([str(label) for label in table["label"].to_pylist()])
    unknown = sorted(set(labels) - set(engine.weights.labels))
    if unknown:
        known = ", ".join(engine.weights.labels)
        raise TableError(f"{data} has labels {', '.join(unknown)}; the engine knows {known}")
    return measure(engine, features_of(table), labels)


def features_of(table: pa.Table) -> Features:
    """Features from a table of customers; what is missing is derived or the median."""
    given = {
        name: np.array(table[name].to_pylist(), float)
        for name in NAMES
        if name in table.column_names
    }
    orders = given["orders"]
    several = np.maximum(orders - 1, 1)
    tenure = given.get("tenure_days", given["recency_days"] * 2)
    gap = (tenure - given["recency_days"]) / several
    repeated = gap[(orders > 1) & (gap > 0)]
    usual = float(np.median(repeated)) if len(repeated) else 30.0
    own = (gap * (orders - 1) + usual) / np.maximum(orders, 1)
    derived = {
        "recency_in_own_gaps": given["recency_days"] / own,
        "average_order_value": given["spent"] / np.maximum(orders, 1),
        "units_per_order": np.ones(len(orders)),
        "return_rate": np.zeros(len(orders)),
        "tenure_days": tenure,
        "gap_variation": np.ones(len(orders)),
    } | given
    human = np.column_stack([derived[name] for name in NAMES])
    reference = ShopReference(
        as_of=0.0,
        gap_days=usual,
        spent=float(np.median(derived["spent"])) or 1.0,
        order_value=float(np.median(derived["average_order_value"])) or 1.0,
        units=float(np.median(derived["units_per_order"])) or 1.0,
    )
    return Features(
        human, scaled(human, reference), np.zeros((len(human), 0), np.float32), orders > 0
    )


def measure(engine: SegmentEngine, features: Features, labels: NDArray[Any]) -> dict[str, Any]:
    """The figures of an engine on customers whose label is known."""
    if not len(labels):
        raise TableError("no rows to measure on")
    probabilities = engine.probabilities(features)
    names = np.array(engine.weights.labels)
    found, confidence = names[probabilities.argmax(axis=1)], probabilities.max(axis=1)
    right = found == labels
    return {
        "n": len(labels),
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(_macro_f1(found, labels), 4),
        "ece": round(_calibration_error(confidence, right), 4),
        "coverage": round(float((confidence >= engine.weights.threshold).mean()), 4),
    }


def _macro_f1(found: NDArray[Any], labels: NDArray[Any]) -> float:
    scores = []
    for label in np.unique(labels):
        both = ((found == label) & (labels == label)).sum()
        scores.append(2 * both / ((found == label).sum() + (labels == label).sum()))
    return float(np.mean(scores))


def _calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over 15 equal bins."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(right))
