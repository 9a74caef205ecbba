"""Fitting a head: arrays in, parameters out; deterministic, no files.

The loss of a row is -log of the probability of its *allowed* labels together. With one
allowed label that is cross-entropy; with several it is the marginal likelihood of a
partial label, so that "negative" teaches two of five steps without choosing between them
(Jin & Ghahramani 2002, https://papers.nips.cc/paper/2234).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_array
from scipy.special import logsumexp

from intelligence.engines.heads import Parameters, raw_logits
from intelligence.engines.ngrams import gram_matrix


@dataclass(frozen=True, slots=True)
class Settings:
    """`decay` is L2 on the embedding's weights, `gram_decay` on the words'; both are per
    unit of row weight. `buckets` 0 leaves the words out.
    """

    decay: float = 2e-5
    gram_decay: float = 1e-4
    buckets: int = 1 << 14
    steps: int = 150


def fit(
    embeddings: NDArray[np.float32],
    texts: Sequence[str],
    allowed: NDArray[np.bool_],
    row_weights: NDArray[np.float32],
    labels: Sequence[str],
    settings: Settings | None = None,
) -> Parameters:
    """Fit by L-BFGS. `allowed` bool[n, c] marks the labels that a row may have.

    Raises ValueError when fewer than two labels occur.
    """
    chosen = settings or Settings()
    if len(texts) == 0 or (allowed.sum(axis=0) > 0).sum() < 2:
        raise ValueError("a head needs rows of at least two labels")
    grams = gram_matrix(texts, chosen.buckets) if chosen.buckets else None
    objective = _Objective(embeddings, grams, allowed, row_weights / row_weights.sum(), chosen)
    found = minimize(
        objective, np.zeros(objective.size), jac=True, method="L-BFGS-B",
        options={"maxiter": chosen.steps, "maxcor": 8},
    )  # fmt: skip
    weight, bias, gram_weights = objective.parts(found.x)
    return Parameters(
        labels=tuple(labels),
        weight=weight.astype(np.float32),
        bias=bias.astype(np.float32),
        # Rounded as they are stored, so that what is calibrated is what will be loaded.
        grams=gram_weights.astype(np.float16).astype(np.float32),
    )


class _Objective:
    """Weighted loss with L2, and its gradient, over one flat vector of parameters."""

    def __init__(
        self,
        embeddings: NDArray[np.float32],
        grams: csr_array | None,
        allowed: NDArray[np.bool_],
        row_weights: NDArray[np.float32],
        settings: Settings,
    ) -> None:
        self.embeddings, self.grams = embeddings, grams
        self.allowed, self.row_weights = allowed, row_weights[:, None]
        self.settings = settings
        self.classes = allowed.shape[1]
        self.dimension = embeddings.shape[1]
        self.buckets = 0 if grams is None else settings.buckets

    @property
    def size(self) -> int:
        return self.classes * (self.dimension + 1 + self.buckets)

    def parts(
        self, flat: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Views of weight [c, d], bias [c] and gram weights [buckets, c]."""
        cut = self.classes * self.dimension
        weight = flat[:cut].reshape(self.classes, self.dimension)
        bias = flat[cut : cut + self.classes]
        return weight, bias, flat[cut + self.classes :].reshape(self.buckets, self.classes)

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weight, bias, gram_weights = self.parts(flat)
        logits = (self.embeddings @ weight.T.astype(np.float32)).astype(np.float64) + bias
        if self.grams is not None:
            logits += self.grams @ gram_weights
        total = logsumexp(logits, axis=1, keepdims=True)
        among = logsumexp(np.where(self.allowed, logits, -np.inf), axis=1, keepdims=True)
        inside = np.where(self.allowed, np.exp(logits - among), 0.0)
        error = self.row_weights * (np.exp(logits - total) - inside)
        decay, gram_decay = self.settings.decay, self.settings.gram_decay
        loss = float((self.row_weights * (total - among)).sum())
        loss += decay / 2 * (weight**2).sum() + gram_decay / 2 * (gram_weights**2).sum()
        by_weight = (error.T.astype(np.float32) @ self.embeddings) + decay * weight
        parts = [by_weight.ravel(), error.sum(axis=0)]
        if self.grams is not None:
            parts.append((self.grams.T @ error + gram_decay * gram_weights).ravel())
        return loss, np.concatenate(parts)


def calibrated(
    parameters: Parameters,
    embeddings: NDArray[np.float32],
    texts: Sequence[str],
    allowed: NDArray[np.bool_],
    row_weights: NDArray[np.float32] | None = None,
) -> Parameters:
    """The same head with the temperature that fits held-out rows best; rows weigh alike
    unless `row_weights` says otherwise.
    """
    logits = raw_logits(parameters, embeddings, texts).astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        among = logsumexp(np.where(allowed, scaled, -np.inf), axis=1)
        return float(np.average(logsumexp(scaled, axis=1) - among, weights=row_weights))

    found = minimize_scalar(loss, bounds=(-3, 3), method="bounded")
    return replace(parameters, temperature=float(np.exp(found.x)))


def threshold_for(
    confidence: NDArray[np.float32],
    right: NDArray[np.bool_],
    target: float,
    row_weights: NDArray[np.float32] | None = None,
) -> float:
    """The lowest probability such that predictions at or above it are right at least
    `target` of the time on these held-out rows; the highest confidence when none is.
    """
    order = np.argsort(-confidence, kind="stable")
    weights = np.ones(len(order)) if row_weights is None else row_weights[order]
    accuracy = np.cumsum(right[order] * weights) / np.cumsum(weights)
    # Rows of equal confidence are said or not said together, so only the last one counts.
    last_of_equal = np.append(np.diff(confidence[order]) != 0, True)
    enough = np.flatnonzero((accuracy >= target) & last_of_equal)
    last = int(enough[-1]) if len(enough) else 0
    return float(confidence[order][last])
