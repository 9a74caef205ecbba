"""Training item factors to tell the next purchase from all others.

    P(i | history) = softmax over items of  b_i + q_i · sum_j w_j c_j

One example per purchase that has earlier ones; the earlier ones are its history, weighed
as in scoring, and left out of the softmax, as own items are left out of a ranking. The
sum over all items is estimated from those bought in the batch and a uniform sample, each
corrected by the logarithm of its chance to be there (sampled softmax: Jean et al. 2015,
https://arxiv.org/abs/1412.2007). The gradients are written out, and only rows that a
batch touches are moved (Adam, Kingma and Ba 2015, https://arxiv.org/abs/1412.6980), so
that a step costs the same in a shop of any size. b_i is given, not learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array

from intelligence.engines.recommendation import LOOK_BACK, Histories, recency_weights

Progress = Callable[[float], None]
Factors = tuple[NDArray[np.float32], NDArray[np.float32]]

WARM_UP_STEPS = 30
DECAYS = (0.9, 0.98)
# How sharp the given factors are as a softmax is not known; the best of these begins.
SHARPNESS = tuple(float(2**power) for power in range(1, 11))
PROBED = 2048
RULED_OUT = -1e9


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """`negatives`: how many items are drawn beside those bought in the batch."""

    epochs: int = 4
    batch: int = 1024
    negatives: int = 1024
    learning_rate: float = 0.003
    dropout: float = 0.35


def train(
    ordered: Histories,
    start: Factors,
    biases: NDArray[np.float32],
    settings: TrainingSettings,
    seed: int,
    progress: Progress,
) -> Factors:
    """contexts, targets float32[items, k], trained from `start` on histories in order.

    They come back so scaled that contexts @ targets.T is a logit. Deterministic by
    `seed`. `progress` is told the share done. Histories of one purchase teach nothing.
    """
    examples = _Examples(ordered, biases, settings, np.random.default_rng(seed))
    chosen = examples.all()
    if not len(chosen):
        return start
    scale = np.sqrt(_sharpness(examples, start, chosen))
    contexts, targets = (_Rows(part * np.float32(scale)) for part in start)
    noise = torch.Generator().manual_seed(seed)
    steps = settings.epochs * -(-len(chosen) // settings.batch)
    for step, rows in enumerate(_batches(examples.chance, chosen, settings)):
        rate = settings.learning_rate * min(1, (step + 1) / WARM_UP_STEPS) * (1 - step / steps)
        _step(examples.batch(rows), contexts, targets, rate, settings.dropout, noise)
        progress((step + 1) / steps)
    return contexts.values.numpy(), targets.values.numpy()


@dataclass(frozen=True, slots=True)
class _Batch:
    """`weights` [b, h] of the items `bought` int[h]; `offered` int[m] are those in the
    softmax, `answer` the place of the right one there, `own` pairs to leave out.
    """

    weights: csr_array
    bought: torch.Tensor
    offered: torch.Tensor
    biases: torch.Tensor
    answer: torch.Tensor
    own: tuple[torch.Tensor, torch.Tensor]


class _Examples:
    """Purchases with earlier ones, as batches."""

    def __init__(
        self,
        ordered: Histories,
        biases: NDArray[np.float32],
        settings: TrainingSettings,
        chance: np.random.Generator,
    ) -> None:
        self.items = ordered.item_index
        sizes = np.bincount(ordered.user_index)
        self.position = np.arange(len(ordered)) - (np.cumsum(sizes) - sizes)[ordered.user_index]
        self.count = len(biases)
        self.negatives = min(settings.negatives, self.count)
        self.chance = chance
        sold = np.bincount(self.items, minlength=self.count) / len(ordered)
        unseen = (1 - sold) ** settings.batch * (1 - 1 / self.count) ** self.negatives
        self.corrected = (biases - np.log(np.maximum(1 - unseen, 1e-12))).astype(np.float32)

    def all(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.position > 0)

    def batch(self, rows: NDArray[np.int64]) -> _Batch:
        lengths = np.minimum(self.position[rows], LOOK_BACK)
        ends = np.concatenate([[0], np.cumsum(lengths)])
        example = np.repeat(np.arange(len(rows)), lengths)
        later = np.arange(ends[-1]) - ends[:-1][example]
        history = self.items[rows[example] - 1 - later]
        weights = recency_weights(later)
        weights /= np.bincount(example, weights)[example]
        bought, column = np.unique(history, return_inverse=True)
        folded = csr_array(
            (weights.astype(np.float32), column.astype(np.int32), ends.astype(np.int32)),
            shape=(len(rows), len(bought)),
        )
        offered, place = self._offered(rows)
        answer, own = place[self.items[rows]], place[history]
        ruled = (own >= 0) & (own != answer[example])
        return _Batch(
            weights=folded,
            bought=torch.from_numpy(bought),
            offered=torch.from_numpy(offered),
            biases=torch.from_numpy(self.corrected[offered]),
            answer=torch.from_numpy(answer),
            own=(torch.from_numpy(example[ruled]), torch.from_numpy(own[ruled])),
        )

    def _offered(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The items in the softmax, and for every item its place there or -1."""
        chosen = np.zeros(self.count, np.bool_)
        chosen[self.items[rows]] = True
        chosen[self.chance.integers(0, self.count, self.negatives)] = True
        offered = np.flatnonzero(chosen)
        place = np.full(self.count, -1, np.int64)
        place[offered] = np.arange(len(offered))
        return offered, place


class _Rows:
    """A matrix whose rows are moved one by one, with Adam's two moments."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self.values = torch.from_numpy(np.ascontiguousarray(values))
        self.first = torch.zeros_like(self.values)
        self.second = torch.zeros_like(self.values)
        self.steps = 0

    def move(self, rows: torch.Tensor, gradient: torch.Tensor, rate: float) -> None:
        self.steps += 1
        one, two = DECAYS
        first = self.first[rows].mul_(one).add_(gradient, alpha=1 - one)
        second = self.second[rows].mul_(two).addcmul_(gradient, gradient, value=1 - two)
        self.first[rows], self.second[rows] = first, second
        size = second.div_(1 - two**self.steps).sqrt_().add_(1e-8)
        self.values[rows] -= rate / (1 - one**self.steps) * first / size


def _batches(
    chance: np.random.Generator, chosen: NDArray[np.int64], settings: TrainingSettings
) -> Iterator[NDArray[np.int64]]:
    for _ in range(settings.epochs):
        mixed = chance.permutation(chosen)
        for begin in range(0, len(mixed), settings.batch):
            yield mixed[begin : begin + settings.batch]


def _step(
    batch: _Batch,
    contexts: _Rows,
    targets: _Rows,
    rate: float,
    dropout: float,
    noise: torch.Generator,
) -> None:
    offered = targets.values[batch.offered]
    users = torch.from_numpy(batch.weights @ contexts.values[batch.bought].numpy())
    kept = (torch.rand(users.shape, generator=noise) >= dropout).float() / (1 - dropout)
    users *= kept
    _, error = _loss(batch, users, offered)
    of_contexts = batch.weights.T @ (error @ offered).mul_(kept).numpy()
    targets.move(batch.offered, error.T @ users, rate)
    contexts.move(batch.bought, torch.from_numpy(of_contexts), rate)


def _loss(batch: _Batch, users: torch.Tensor, offered: torch.Tensor) -> tuple[float, torch.Tensor]:
    """The mean cross-entropy, and its gradient by the logits."""
    logits = torch.addmm(batch.biases, users, offered.T)
    logits[batch.own] = RULED_OUT
    right = (torch.arange(len(users)), batch.answer)
    log_shares = torch.log_softmax(logits, dim=1)
    loss = -float(log_shares[right].mean())
    error = log_shares.exp_()
    error[right] -= 1
    return loss, error.div_(len(users))


def _sharpness(examples: _Examples, start: Factors, chosen: NDArray[np.int64]) -> float:
    """The factor of the scores at which they tell best what was bought next."""
    probed = examples.chance.permutation(chosen)[:PROBED]
    batch = examples.batch(probed)
    contexts, targets = (torch.from_numpy(np.asarray(part, np.float32)) for part in start)
    users = torch.from_numpy(batch.weights @ contexts[batch.bought].numpy())
    offered = targets[batch.offered]
    losses = [_loss(batch, users * factor, offered)[0] for factor in SHARPNESS]
    return SHARPNESS[int(np.argmin(losses))]
