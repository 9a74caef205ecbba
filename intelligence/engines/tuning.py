"""Training an adapter: texts with their sentiment in, low-rank matrices out.

Three losses are added up over each batch:
- of a text whose sentiment is known, -log of the probability of its allowed steps
  (see `fitting`) by a linear read-out of its tone;
- of a text with aspects, cross-entropy of each aspect's polarity by a linear read-out of
  the mean state over the aspect's tokens beside the tone;
- of texts whose bare embedding is given, how far the embedding moved from there (one minus
  the cosine). That keeps the embedding good for everything else that reads it (knowledge
   distillation, Hinton et al. 2015, https://arxiv.org/abs/1503.02531).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from intelligence.engines.adapters import Adapter, linear_layers
from intelligence.engines.pooling import padded, pool
from intelligence.engines.schedule import pace, random_batches

POLARITIES = 3
LENGTH_NOISE = 0.1
SHARPNESS = 12.0  # read-outs see unit vectors times this


@dataclass(frozen=True, slots=True)
class Example:
    """A tokenised text: its `ids`, the steps it is `allowed` (none: not known), its
    `aspects` as (first token, end token, polarity), and the bare encoder's `embedding`
    where it shall stay near that.
    """

    ids: tuple[int, ...]
    allowed: tuple[int, ...] = ()
    aspects: tuple[tuple[int, int, int], ...] = ()
    embedding: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class TuningSettings:
    """How to train. `closeness` weighs the loss of the moved embedding; `token_budget`
    bounds a batch in padded tokens.
    """

    steps: int = 5  # of sentiment
    rank: int = 32
    epochs: int = 3
    learning_rate: float = 1e-3
    warm_up: float = 0.06
    decay: float = 0.01
    closeness: float = 4.0
    token_budget: int = 4096
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training is: steps done of all, and the mean losses since the last report."""

    step: int
    of: int
    sentiment: float
    aspects: float
    moved: float


class LowRank(torch.nn.Module):
    """A frozen linear layer plus a trainable product of two thin matrices."""

    def __init__(self, layer: torch.nn.Linear, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.layer = layer
        spread = 1 / math.sqrt(layer.in_features)
        start = torch.empty(rank, layer.in_features).normal_(0, spread, generator=generator)
        self.down = torch.nn.Parameter(start)
        self.up = torch.nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        own: torch.Tensor = self.layer(states)
        return own + functional.linear(functional.linear(states, self.down), self.up)


class Tuned(torch.nn.Module):
    """An encoder with trainable low-rank layers, the tone's query and two read-outs."""

    def __init__(self, encoder: torch.nn.Module, settings: TuningSettings) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(settings.seed)
        encoder.requires_grad_(False)
        self.encoder = encoder
        self.lows: dict[str, LowRank] = {}
        for name, layer in list(linear_layers(encoder)):
            low = LowRank(layer, settings.rank, generator)
            parent, _, own = name.rpartition(".")
            setattr(encoder.get_submodule(parent), own, low)
            self.lows[name] = low
        width = int(encoder.config.hidden_size)  # type: ignore[union-attr,arg-type]
        self.query = torch.nn.Parameter(torch.zeros(width))
        self.sentiment = torch.nn.Linear(width, settings.steps)
        self.polarity = torch.nn.Linear(2 * width, POLARITIES)
        for readout in (self.sentiment, self.polarity):
            torch.nn.init.zeros_(readout.weight)
            torch.nn.init.zeros_(readout.bias)

    def adapter(self) -> Adapter:
        """What was learnt and is kept; the read-outs are fitted anew on what it gives."""
        return Adapter(
            {name: low.down.detach().numpy().copy() for name, low in self.lows.items()},
            {name: low.up.detach().numpy().copy() for name, low in self.lows.items()},
            self.query.detach().numpy().copy(),
        )

    def losses(self, batch: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Of one batch: sentiment, aspects, moved embedding; each a mean (0 without rows)."""
        longest = max(len(example.ids) for example in batch)
        ids, mask = padded([example.ids for example in batch], longest)
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = pool(hidden, mask, self.query)
        return (
            self._sentiment_loss(pooled.tones, batch),
            self._aspect_loss(hidden, pooled.tones, batch),
            _moved(pooled.embeddings, batch),
        )

    def _sentiment_loss(self, tone: torch.Tensor, batch: Sequence[Example]) -> torch.Tensor:
        rows = [row for row, example in enumerate(batch) if example.allowed]
        if not rows:
            return tone.new_zeros(())
        logits = self.sentiment(tone[rows] * SHARPNESS)
        outside = torch.ones_like(logits, dtype=torch.bool)
        for place, row in enumerate(rows):
            outside[place, list(batch[row].allowed)] = False
        among = logits.masked_fill(outside, -torch.inf).logsumexp(dim=1)
        return (logits.logsumexp(dim=1) - among).mean()

    def _aspect_loss(
        self, hidden: torch.Tensor, tone: torch.Tensor, batch: Sequence[Example]
    ) -> torch.Tensor:
        spans, truth = [], []
        for row, example in enumerate(batch):
            for first, end, polarity in example.aspects:
                span = functional.normalize(hidden[row, first:end].mean(dim=0), dim=0)
                spans.append(torch.cat([span, tone[row]]))
                truth.append(polarity)
        if not spans:
            return tone.new_zeros(())
        logits = self.polarity(torch.stack(spans) * SHARPNESS)
        return functional.cross_entropy(logits, torch.tensor(truth))


def tune(
    encoder: torch.nn.Module,
    examples: Sequence[Example],
    settings: TuningSettings,
    report: Callable[[Progress], None] | None = None,
    every: int = 100,
) -> Tuned:
    """Train on `examples`; deterministic by the seed on one machine. The encoder given is
    changed: its linear layers become trainable ones.
    """
    tuned = Tuned(encoder, settings)
    trainable = [one for one in tuned.parameters() if one.requires_grad]
    for low in tuned.lows.values():
        trainable += [low.down, low.up]
    trainable = list({id(one): one for one in trainable}.values())
    optimiser = torch.optim.AdamW(trainable, lr=settings.learning_rate, weight_decay=settings.decay)
    order = np.random.default_rng(settings.seed)
    lengths = np.array([len(example.ids) for example in examples])
    epochs = [
        list(random_batches(lengths, settings.token_budget, order, LENGTH_NOISE))
        for _ in range(settings.epochs)
    ]
    plan = [batch for epoch in epochs for batch in epoch]
    sums = np.zeros(3)
    encoder.eval()  # no dropout: attention without it is four times quicker on a CPU
    for step, rows in enumerate(plan, start=1):
        rate = settings.learning_rate * pace(step, len(plan), settings.warm_up)
        for group in optimiser.param_groups:
            group["lr"] = rate
        losses = tuned.losses([examples[row] for row in rows])
        weights = (1.0, 1.0, settings.closeness)
        total = sum(weight * loss for weight, loss in zip(weights, losses, strict=True))
        optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[union-attr]
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimiser.step()
        sums += [float(loss.detach()) for loss in losses]
        if report and (step % every == 0 or step == len(plan)):
            report(Progress(step, len(plan), *(sums / every)))
            sums[:] = 0
    return tuned


def _moved(embedding: torch.Tensor, batch: Sequence[Example]) -> torch.Tensor:
    targets = {row: one.embedding for row, one in enumerate(batch) if one.embedding is not None}
    if not targets:
        return embedding.new_zeros(())
    target = torch.from_numpy(np.stack(list(targets.values())))
    return (1 - (embedding[list(targets)] * target).sum(dim=1)).mean()
