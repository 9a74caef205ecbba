"""The customer segment: P(c given x) = softmax((W x + b) / T).

x holds each numeric feature and its hinges max(0, feature - knot), so that a linear head
can learn a threshold, and the taste: the mean embedding of what was bought relative to
the shop's. Numpy only. How it was chosen: docs/decisions/0007-segment.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import load as deserialise
from safetensors.numpy import save as serialise
from scipy.special import softmax

from intelligence.engines.contract import Card, Evidence, Prediction, abstention
from intelligence.engines.customer_features import NAMES, Features
from intelligence.engines.head_files import (
    WEIGHTS,
    find_weights,
    load_card,
    read_checked,
    write_model,
)

NO_ORDERS = "no orders yet"
TASTE = "bought_products"
TOP = 5


@dataclass(frozen=True, slots=True)
class SegmentWeights:
    """`weight` float32[c, 9 (1 + knots) + d], `bias` float32[c], `knots` float32[9, k],
    `centre` float32[9 (1 + knots) + d]: the average customer.
    """

    labels: tuple[str, ...]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    knots: NDArray[np.float32]
    centre: NDArray[np.float32]
    temperature: float = 1.0
    threshold: float = 0.0

    @property
    def numeric(self) -> int:
        """How many columns are numeric; the rest is taste."""
        return int(self.knots.shape[0] * (1 + self.knots.shape[1]))


@dataclass(frozen=True, slots=True)
class SegmentEngine:
    """A trained segment head with its card."""

    card: Card
    weights: SegmentWeights

    def probabilities(self, features: Features) -> NDArray[np.float64]:
        """Calibrated float64[n, c] over `weights.labels`."""
        # In double precision, or the size of a batch would move the sixth decimal.
        inputs = self.inputs(features).astype(np.float64)
        return self.from_logits(inputs @ self.weights.weight.T)

    def from_logits(self, logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Calibrated float64[n, c] of W x, which may be given in two summands."""
        shifted = (logits + self.weights.bias) / self.weights.temperature
        return np.asarray(softmax(shifted, axis=1), np.float64)

    def numeric_logits(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the figures alone add to W x: float64[n, c]."""
        own = self.weights
        return np.asarray(hinges(scaled, own.knots) @ own.weight[:, : own.numeric].T, np.float64)

    def taste_logits(self, features: Features) -> NDArray[np.float64]:
        """What the taste alone adds to W x: float64[n, c]."""
        own = self.weights
        taste = self.inputs(features)[:, own.numeric :].astype(np.float64)
        return np.asarray(taste @ own.weight[:, own.numeric :].T, np.float64)

    def predict(self, features: Features) -> list[Prediction]:
        """One prediction a customer, in order; "no orders yet" where there is none."""
        if not len(features):
            return []
        inputs = self.inputs(features)
        rows = zip(features.has_orders, self.probabilities(features), inputs, features.human,
                   strict=True)  # fmt: skip
        return [
            self._prediction(probabilities, values, human) if known else abstention(NO_ORDERS)
            for known, probabilities, values, human in rows
        ]

    def inputs(self, features: Features) -> NDArray[np.float32]:
        """x; a shop without texts reads as the average taste. Raises ValueError when the
        embeddings are of another backbone's length.
        """
        own = self.weights
        semantic, wanted = features.semantic, own.weight.shape[1] - own.numeric
        if semantic.shape[1] == 0 or wanted == 0:
            semantic = np.tile(own.centre[own.numeric :], (len(features), 1))
        elif semantic.shape[1] != wanted:
            raise ValueError(
                f"the segment head reads embeddings of {wanted} numbers, not of "
                f"{semantic.shape[1]}: train it again with `manage.py train segment`"
            )
        return np.hstack([hinges(features.scaled, own.knots), semantic]).astype(np.float32)

    def _prediction(
        self,
        probabilities: NDArray[np.float64],
        values: NDArray[np.float32],
        human: NDArray[np.float64],
    ) -> Prediction:
        best = int(probabilities.argmax())
        probability = float(probabilities[best])
        needed = self.weights.threshold
        unsure = probability < needed
        return Prediction(
            label=self.weights.labels[best],
            probability=probability,
            distribution=dict(zip(self.weights.labels, map(float, probabilities), strict=True)),
            abstained=unsure,
            reason=f"not sure enough: {probability:.0%}, where {needed:.0%} is needed"
            if unsure
            else "",
            evidence=self._evidence(probabilities, best, values, human),
        )

    def _evidence(
        self,
        probabilities: NDArray[np.float64],
        best: int,
        values: NDArray[np.float32],
        human: NDArray[np.float64],
    ) -> tuple[Evidence, ...]:
        """Shares of the label's log-odds against the others, relative to the average
        customer, strongest first.
        """
        own = self.weights
        others = np.delete(probabilities, best)
        weights = others if others.sum() > 0 else np.ones_like(others)
        rival = np.average(np.delete(own.weight, best, axis=0), axis=0, weights=weights)
        shares = (own.weight[best] - rival) * (values - own.centre) / own.temperature
        numeric = shares[: own.numeric].reshape(-1, len(NAMES)).sum(axis=0)
        found = [
            Evidence("feature", name, float(share), value=round(float(value), 2))
            for name, share, value in zip(NAMES, numeric, human, strict=True)
        ]
        if len(shares) > own.numeric:
            found.append(Evidence("feature", TASTE, float(shares[own.numeric :].sum())))
        return tuple(sorted(found, key=lambda item: -abs(item.weight))[:TOP])


def hinges(scaled: NDArray[np.float64], knots: NDArray[np.float32]) -> NDArray[np.float64]:
    """The features, then each one's max(0, x - knot), knot after knot: [n, 9 (1 + k)]."""
    return np.hstack([scaled, *(np.maximum(scaled - column, 0) for column in knots.T)])


def save_segment(engine: SegmentEngine, folder: Path) -> SegmentEngine:
    """Write an engine; returns it with the sha256 of the file on its card."""
    own = engine.weights
    meta = {"labels": own.labels, "temperature": own.temperature, "threshold": own.threshold}
    tensors = {name: np.ascontiguousarray(getattr(own, name), np.float32)
               for name in ("weight", "bias", "knots", "centre")}  # fmt: skip
    content = serialise(tensors, metadata={"segment": json.dumps(meta, sort_keys=True)})
    return replace(engine, card=write_model(folder, content, engine.card))


def load_segment(folder: Path) -> SegmentEngine:
    """Read an engine. Raises MissingWeightsError or RefusedWeightsError."""
    card = load_card(folder)
    tensors = deserialise(read_checked(folder / WEIGHTS, card.sha256))
    with safe_open(folder / WEIGHTS, framework="numpy") as file:
        meta: dict[str, Any] = json.loads(file.metadata()["segment"])
    labels = tuple(meta.pop("labels"))
    parts: dict[str, Any] = {**tensors, **meta}
    return SegmentEngine(card, SegmentWeights(labels=labels, **parts))


def load_segment_engine(folders: Sequence[Path] = ()) -> SegmentEngine:
    """The segment engine in service: the one promoted in `folders`, else the shipped."""
    return load_segment(find_weights("segment", folders))
