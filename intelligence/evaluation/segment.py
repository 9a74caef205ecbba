"""`evaluate segment`: how well a segment engine tells the label of a table's customers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from intelligence.engines.customer_features import NAMES, Features, ShopReference, scaled
from intelligence.engines.segment import SegmentEngine
from intelligence.evaluation.answers import as_label
from intelligence.evaluation.columns import TableError, read_columns
from intelligence.evaluation.metrics import figures
from intelligence.evaluation.predictions import Told

REQUIRED = ("recency_days", "orders", "spent", "label")


@dataclass(frozen=True, slots=True)
class LabelledCustomers:
    """Customers' features, and the label of each."""

    features: Features
    labels: NDArray[Any]


def read_labelled(data: Path, known: Sequence[str] | None = None) -> LabelledCustomers:
    """A table of one shop's customers with their labels.

    Columns: recency_days, orders, spent, label; average_order_value, units_per_order,
    return_rate, tenure_days, gap_variation and recency_in_own_gaps where known.
    Raises TableError, also for a label that is not in `known`.
    """
    table = read_columns(data, REQUIRED)
    labels = np.array([as_label(label) for label in table["label"].to_pylist()])
    if not len(labels):
        raise TableError(f"{data} has no rows")
    if known is not None and (unknown := sorted(set(labels) - set(known))):
        raise TableError(
            f"{data} has labels {', '.join(unknown)}; the engine knows {', '.join(known)}"
        )
    return LabelledCustomers(features_of(table), labels)


def evaluate_segment(
    customers: LabelledCustomers, engine: SegmentEngine
) -> tuple[dict[str, Any], Told]:
    """The figures with rows_per_second, and what was said."""
    started = time.perf_counter()
    told = tell(engine, customers.features)
    seconds = max(time.perf_counter() - started, 1e-9)
    rate = {"rows_per_second": round(len(customers.labels) / seconds, 1)}
    return segment_figures(told, customers.labels) | rate, told


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
    return segment_figures(tell(engine, features), labels)


def segment_figures(told: Told, labels: NDArray[Any]) -> dict[str, Any]:
    """The figures of what was said, against the right labels."""
    return figures(np.array(told.names)[told.found], labels, told.confidence, told.said)


def tell(engine: SegmentEngine, features: Features) -> Told:
    """What the engine says of each customer."""
    probabilities = engine.probabilities(features)
    said = features.has_orders & (probabilities.max(axis=1) >= engine.weights.threshold)
    return Told(engine.weights.labels, probabilities, said)
