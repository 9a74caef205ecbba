"""Fitting a head: arrays in, parameters out; deterministic, no files.

The loss of a row is -log of the probability of its *allowed* labels together. With one
allowed label that is cross-entropy; with several it is the marginal likelihood of a
partial label, so that "negative" teaches two of five steps without choosing between them
(Jin & Ghahramani 2002, https://papers.nips.cc/paper/2234).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_array
from scipy.special import logsumexp

from intelligence.engines.heads import Parameters, raw_logits
from intelligence.engines.ngrams import gram_matrix

# Keeps scales finite where a feature has neither power nor decay.
TINY = 1e-9


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
    prior: Parameters | None = None,
) -> Parameters:
    """Fit by L-BFGS. `allowed` bool[n, c] marks the labels that a row may have.

    L2 pulls towards the weights that `prior` has for a label, and towards zero for a
    label that it does not know: what the rows do not speak of stays as it was. With a
    prior, `settings.buckets` must be the prior's.

    Raises ValueError when fewer than two labels occur.
    """
    chosen = settings or Settings()
    if len(texts) == 0 or (allowed.sum(axis=0) > 0).sum() < 2:
        raise ValueError("a head needs rows of at least two labels")
    start = _starting_point(prior, labels, embeddings.shape[1], chosen.buckets)
    blocks = [_whitened(embeddings, chosen.decay, len(labels))]
    if chosen.buckets:
        grams = gram_matrix(texts, chosen.buckets)
        blocks.append(_scaled(grams, chosen.gram_decay, len(labels)))
    objective = _Objective(
        blocks,
        raw_logits(start, embeddings, texts),
        allowed,
        row_weights / row_weights.sum(),
        # Free, the bias of a label of the prior that no row has would fall without end.
        bias_decay=chosen.decay if prior else 0.0,
    )
    found = minimize(
        objective, np.zeros(objective.size), jac=True, method="L-BFGS-B",
        options={"maxiter": chosen.steps, "maxcor": 8},
    )  # fmt: skip
    *changes, bias = objective.parts(found.x.astype(np.float32))
    moved = [block.unscaled(change) for block, change in zip(blocks, changes, strict=True)]
    grams_now = start.grams + moved[1] if chosen.buckets else start.grams
    return replace(
        start,
        weight=start.weight + moved[0].T,
        bias=start.bias + bias,
        # Rounded as they are stored, so that what is calibrated is what will be loaded.
        grams=grams_now.astype(np.float16).astype(np.float32),
    )


def _starting_point(
    prior: Parameters | None, labels: Sequence[str], dimension: int, buckets: int
) -> Parameters:
    """The prior's weights in the order of `labels`; zeros for labels it does not have."""
    start = Parameters(
        labels=tuple(labels),
        weight=np.zeros((len(labels), dimension), np.float32),
        bias=np.zeros(len(labels), np.float32),
        grams=np.zeros((buckets, len(labels)), np.float32),
    )
    if prior is None:
        return start
    if len(prior.grams) != buckets:
        raise ValueError(f"the prior reads {len(prior.grams)} buckets of words, not {buckets}")
    places = {label: place for place, label in enumerate(prior.labels)}
    known = [place for place, label in enumerate(labels) if label in places]
    theirs = [places[labels[place]] for place in known]
    start.weight[known] = prior.weight[theirs]
    start.bias[known] = prior.bias[theirs]
    start.grams[:, known] = prior.grams[:, theirs]
    return start


@dataclass(frozen=True, slots=True)
class _Block:
    """Features [n, k] scaled so that the loss is about equally curved along each, with
    the L2 penalty [k, 1] that the scaling makes of one on the weights as they were.
    L-BFGS then needs a tenth of the steps.
    """

    features: Any
    transposed: Any
    penalty: NDArray[np.float32]
    unscaled: Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _whitened(embeddings: NDArray[np.float32], decay: float, classes: int) -> _Block:
    """Dense features turned to the axes of their second moments."""
    moments = (embeddings.T @ embeddings).astype(np.float64) / len(embeddings)
    values, axes = np.linalg.eigh(moments)
    scale = 1 / np.sqrt(np.maximum(values, 0) + decay * classes + TINY)
    turned = (axes * scale).astype(np.float32)
    features = embeddings @ turned
    penalty = (decay * scale**2)[:, None].astype(np.float32)
    return _Block(features, features.T, penalty, lambda change: turned @ change)


def _scaled(grams: csr_array, decay: float, classes: int) -> _Block:
    """The buckets that occur, rare ones enlarged."""
    buckets = grams.shape[1]
    power = np.bincount(grams.indices, grams.data**2, minlength=buckets) / grams.shape[0]
    used = np.flatnonzero(power)
    scale = (1 / np.sqrt(power[used] + decay * classes + TINY)).astype(np.float32)
    features = csr_array(grams[:, used].multiply(scale[None, :])).astype(np.float32)
    penalty = (decay * scale**2)[:, None].astype(np.float32)

    def unscaled(change: NDArray[np.float32]) -> NDArray[np.float32]:
        whole = np.zeros((buckets, change.shape[1]), np.float32)
        whole[used] = change * scale[:, None]
        return whole

    return _Block(features, csr_array(features.T), penalty, unscaled)


class _Objective:
    """Weighted loss with L2, and its gradient, over one flat vector of changes to `start`
    float32[n, c], the logits before any change.
    """

    def __init__(
        self,
        blocks: Sequence[_Block],
        start: NDArray[np.float32],
        allowed: NDArray[np.bool_],
        row_weights: NDArray[np.float32],
        bias_decay: float,
    ) -> None:
        self.blocks, self.start, self.bias_decay = blocks, start, bias_decay
        self.row_weights = row_weights[:, None].astype(np.float32)
        self.classes = allowed.shape[1]
        self.barred = np.where(allowed, np.float32(0), np.float32(-np.inf))

    @property
    def size(self) -> int:
        return self.classes * (sum(len(block.penalty) for block in self.blocks) + 1)

    def parts(self, flat: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Views of the weights [k, c] of each block, and of the bias [c]."""
        found, cut = [], 0
        for block in self.blocks:
            end = cut + len(block.penalty) * self.classes
            found.append(flat[cut:end].reshape(-1, self.classes))
            cut = end
        return [*found, flat[cut:]]

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        # Single precision: twice as fast, and far finer than the weights need to be.
        *weights, bias = self.parts(flat.astype(np.float32))
        logits = self.start + bias
        for block, weight in zip(self.blocks, weights, strict=True):
            logits = logits + block.features @ weight
        all_of_them, total = _shares(logits)
        inside, among = _shares(logits + self.barred)
        loss = float((self.row_weights * (total - among)).sum(dtype=np.float64))
        error = self.row_weights * (all_of_them - inside)
        gradient = []
        for block, weight in zip(self.blocks, weights, strict=True):
            pull = block.penalty * weight
            loss += float((pull * weight).sum(dtype=np.float64)) / 2
            gradient.append((block.transposed @ error + pull).ravel())
        loss += self.bias_decay / 2 * float(bias @ bias)
        gradient.append(error.sum(axis=0) + self.bias_decay * bias)
        return loss, np.concatenate(gradient).astype(np.float64)


def _shares(
    logits: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The softmax of each row, and the log of its denominator, [n, 1]."""
    highest = logits.max(axis=1, keepdims=True)
    shares = np.exp(logits - highest)
    total = shares.sum(axis=1, keepdims=True)
    return shares / total, highest + np.log(total)


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
    logits = raw_logits(parameters, embeddings, texts)
    return replace(parameters, temperature=temperature_for(logits, allowed, row_weights))


def temperature_for(
    logits: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    row_weights: NDArray[np.float32] | None = None,
) -> float:
    """The temperature at which held-out rows with these logits [n, c] are most probable
    (Guo et al. 2017).
    """
    exact = logits.astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = exact / np.exp(log_temperature)
        among = logsumexp(np.where(allowed, scaled, -np.inf), axis=1)
        return float(np.average(logsumexp(scaled, axis=1) - among, weights=row_weights))

    found = minimize_scalar(loss, bounds=(-3, 3), method="bounded")
    return float(np.exp(found.x))


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
