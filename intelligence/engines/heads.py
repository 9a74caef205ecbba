"""A linear head: P(c given x) = softmax((W e + G w + b) / T).

e is the backbone's embedding of a text, w its hashed words and word pairs, T the
temperature that makes the probabilities true on held-out texts (Guo et al. 2017,
https://arxiv.org/abs/1706.04599). Heads are numpy only and cost a few per cent of the
embedding.

A head may have *silent* labels: classes it was trained to know and never says, such as
`out_of_scope`. Where one of them is the most probable, the head abstains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intelligence.engines.contract import Card, Evidence, Prediction
from intelligence.engines.ngrams import gram_matrix

EMBEDDING, TONE, SPAN = "embedding", "tone", "span"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What training finds: `weight` float32[c, d], `bias` float32[c], and `grams`
    float32[buckets, c] (no buckets: the words are not read). `labels` has c names;
    those in `silent` are never said. `values` places the labels on a scale, for a score.
    """

    labels: tuple[str, ...]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    grams: NDArray[np.float32]
    silent: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    temperature: float = 1.0
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Head:
    """A trained head with its card. `silence` is the reason given when it abstains
    because a silent label is the most probable; `reads` which vector of a text it is
    for, "embedding" or "tone" (see `backbone`).
    """

    card: Card
    parameters: Parameters
    silence: str = ""
    reads: str = EMBEDDING

    def probabilities(
        self, embeddings: NDArray[np.float32], texts: Sequence[str]
    ) -> NDArray[np.float32]:
        """Calibrated float32[n, c] over `parameters.labels`, silent ones included."""
        # In double precision, or the size of a batch would move the sixth decimal.
        logits = raw_logits(self.parameters, embeddings.astype(np.float64), texts)
        return softmax(logits / self.parameters.temperature, axis=1).astype(np.float32)

    def prediction(
        self, probabilities: NDArray[np.float32], evidence: tuple[Evidence, ...] = ()
    ) -> Prediction:
        """What this head says of one text, given its row of `probabilities`.

        The distribution is over the labels that are said; what is missing to 1 is the
        probability of the silent ones.
        """
        own = self.parameters
        said = {
            label: float(p)
            for label, p in zip(own.labels, probabilities, strict=True)
            if label not in own.silent
        }
        label = max(said, key=said.__getitem__)
        reason = self._doubt(said[label], float(probabilities.max()))
        return Prediction(
            label=label,
            probability=said[label],
            distribution=said,
            abstained=bool(reason),
            reason=reason,
            evidence=evidence,
            score=float(probabilities @ np.array(own.values)) if own.values else None,
        )

    def best(self, probabilities: NDArray[np.float32]) -> int:
        """Index of the label that `prediction` says."""
        silent = [label in self.parameters.silent for label in self.parameters.labels]
        return int(np.where(silent, -1.0, probabilities).argmax())

    def _doubt(self, probability: float, highest: float) -> str:
        if highest > probability:
            return self.silence
        if probability < self.parameters.threshold:
            needed = self.parameters.threshold
            return f"not sure enough: {probability:.0%}, where {needed:.0%} is needed"
        return ""


def raw_logits(
    parameters: Parameters, embeddings: NDArray[np.floating], texts: Sequence[str]
) -> NDArray[np.floating]:
    """[n, c] before the temperature, in the precision of the embeddings."""
    logits = embeddings @ parameters.weight.T + parameters.bias
    buckets = len(parameters.grams)
    if buckets:
        logits = logits + gram_matrix(texts, buckets) @ parameters.grams
    return np.asarray(logits, embeddings.dtype)
