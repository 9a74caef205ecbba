"""Training an extractive reader: questions with passages in, a question-answering model out.

The loss of one pair is the mean cross-entropy of the first and the last token of the answer
over all tokens of the passage and the first token of the sequence, which stands for "the
passage does not say" (Devlin et al. 2018, https://arxiv.org/abs/1810.04805, section 4.3).

All layers but the token embeddings learn. Where the CPU multiplies bfloat16 in hardware the
linear layers do so: 1.8 times as fast here. The weights that are kept are a running mean of
those of the last steps (Polyak & Juditsky 1992).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from intelligence.engines.schedule import pace, random_batches

BF16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16")
LENGTH_NOISE = 0.07
IGNORED = -100.0  # added to the logits of tokens that are neither of the passage nor the first


@dataclass(frozen=True, slots=True)
class SpanExample:
    """A pair: `answer` is (start, end) in characters of the passage; None: it does not say."""

    question: str
    passage: str
    answer: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class SpanSettings:
    """How to train. `token_budget` bounds a batch in padded tokens; `averaging` is the share
    that the running mean keeps at each step.
    """

    learning_rate: float = 1.2e-4
    head_learning_rate: float = 1e-3
    warm_up: float = 0.06
    decay: float = 0.01
    averaging: float = 0.997
    token_budget: int = 2688
    max_tokens: int = 384
    seed: int = 7


@dataclass(frozen=True, slots=True)
class SpanProgress:
    """How far training is: steps done of all, and the mean loss since the last report."""

    step: int
    of: int
    loss: float


@dataclass(frozen=True, slots=True)
class _Pair:
    """A tokenised pair: `allowed` marks tokens of the passage and the first one."""

    ids: list[int]
    types: list[int]
    allowed: list[bool]
    first: int
    last: int


def tune_spans(
    model: Any,
    tokenizer: Any,
    rounds: Sequence[Sequence[SpanExample]],
    settings: SpanSettings,
    report: Callable[[SpanProgress], None] | None = None,
    every: int = 50,
) -> None:
    """Train a question-answering `model` in place, one pass over each of `rounds`.

    `tokenizer` is its fast tokenizer. Deterministic by the seed on one machine.
    """
    order = np.random.default_rng(settings.seed)
    plan = [batch for one in rounds for batch in _round(one, tokenizer, settings, order)]
    optimiser = torch.optim.AdamW(_groups(model, settings), weight_decay=settings.decay)
    rates = [group["lr"] for group in optimiser.param_groups]
    averaged = _Averaged(model, settings.averaging)
    model.eval()  # no dropout: attention without it is quicker, and few passes overfit little
    total = 0.0
    for step, batch in enumerate(plan, start=1):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * pace(step, len(plan), settings.warm_up)
        loss = _loss(model, batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        averaged.follow()
        total += float(loss.detach())
        if report and (step % every == 0 or step == len(plan)):
            report(SpanProgress(step, len(plan), total / (((step - 1) % every) + 1)))
            total = 0.0
    averaged.apply()


def bf16_worthwhile() -> bool:
    """Whether this CPU has instructions for products of bfloat16."""
    known = torch.cpu.get_capabilities()
    return any(known.get(name) for name in BF16_INSTRUCTIONS)


class _Averaged:
    """The running mean of the trainable weights, corrected for its start as Adam's are."""

    def __init__(self, model: Any, keep: float) -> None:
        self.live = [one for one in model.parameters() if one.requires_grad]
        self.means = [torch.zeros_like(one) for one in self.live]
        self.keep, self.weight = keep, 0.0

    @torch.no_grad()
    def follow(self) -> None:
        torch._foreach_lerp_(self.means, self.live, 1 - self.keep)
        self.weight = self.weight * self.keep + 1 - self.keep

    @torch.no_grad()
    def apply(self) -> None:
        for live, mean in zip(self.live, self.means, strict=True):
            live.copy_(mean / self.weight)


def _groups(model: Any, settings: SpanSettings) -> list[dict[str, Any]]:
    """The encoder's weights and the new head's, each with its rate."""
    model.requires_grad_(True)
    model.get_input_embeddings().requires_grad_(False)
    head = list(model.qa_outputs.parameters())
    own = {id(one) for one in head}
    encoder = [one for one in model.parameters() if one.requires_grad and id(one) not in own]
    return [
        {"params": encoder, "lr": settings.learning_rate},
        {"params": head, "lr": settings.head_learning_rate},
    ]


def _loss(model: Any, batch: Sequence[_Pair]) -> torch.Tensor:
    width = max(len(pair.ids) for pair in batch)
    ids, types = torch.zeros(2, len(batch), width, dtype=torch.long)
    mask, allowed = torch.zeros(2, len(batch), width)
    for row, pair in enumerate(batch):
        size = len(pair.ids)
        ids[row, :size] = torch.tensor(pair.ids)
        types[row, :size] = torch.tensor(pair.types)
        mask[row, :size] = 1
        allowed[row, :size] = torch.tensor(pair.allowed, dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16_worthwhile()):
        told = model(input_ids=ids, token_type_ids=types, attention_mask=mask.long())
    closed = (1 - allowed) * IGNORED
    first = torch.tensor([pair.first for pair in batch])
    last = torch.tensor([pair.last for pair in batch])
    start = functional.cross_entropy(told.start_logits.float() + closed, first)
    end = functional.cross_entropy(told.end_logits.float() + closed, last)
    return (start + end) / 2


def _round(
    examples: Sequence[SpanExample],
    tokenizer: Any,
    settings: SpanSettings,
    order: np.random.Generator,
) -> Iterator[list[_Pair]]:
    """Every pair once, in batches of like length, the batches in random order."""
    pairs = list(_pairs(examples, tokenizer, settings.max_tokens))
    lengths = np.array([len(pair.ids) for pair in pairs])
    for rows in random_batches(lengths, settings.token_budget, order, LENGTH_NOISE):
        yield [pairs[row] for row in rows]


def _pairs(examples: Sequence[SpanExample], tokenizer: Any, max_tokens: int) -> Iterator[_Pair]:
    """Tokenised; a pair whose answer was cut off is left out."""
    told = tokenizer(
        [one.question for one in examples],
        [one.passage for one in examples],
        truncation="only_second",
        max_length=max_tokens,
    )
    for row, example in enumerate(examples):
        encoding = told.encodings[row]
        sequence = encoding.sequence_ids
        first = last = 0
        if example.answer is not None:
            start, end = example.answer
            found = encoding.char_to_token(start, 1), encoding.char_to_token(end - 1, 1)
            if None in found:
                continue
            first, last = found
        allowed = [place == 0 or whose == 1 for place, whose in enumerate(sequence)]
        yield _Pair(encoding.ids, encoding.type_ids, allowed, first, last)
