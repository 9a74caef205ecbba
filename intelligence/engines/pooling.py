"""From the hidden states of tokens to the vectors that heads read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

Spans = Sequence[tuple[int, int]]  # of one text, in characters


@dataclass(frozen=True, slots=True)
class Readouts:
    """Linear read-outs float32[k, d] of the embedding and of the tone."""

    embedding: NDArray[np.float32]
    tone: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TokenView:
    """The tokens of one text as linear read-outs see them.

    `offsets` int[t, 2] are characters in the text (0, 0 for special tokens); the rows
    of `projections` float32[t, k] sum to what the read-outs say, those of the embedding
    first and then those of the tone.
    """

    offsets: NDArray[np.int64]
    projections: NDArray[np.float32]

    def of(self, columns: slice) -> TokenView:
        """The same tokens, as these read-outs see them."""
        return TokenView(self.offsets, self.projections[:, columns])


@dataclass(frozen=True, slots=True)
class Pooled:
    """A batch: `hidden` float32[n, t, d], the share of each token in the two means
    float32[n, t], and the means, of length 1.
    """

    hidden: torch.Tensor
    embedding_shares: torch.Tensor
    tone_shares: torch.Tensor
    embeddings: torch.Tensor
    tones: torch.Tensor

    def view(self, row: int, encoding: Any, readouts: Readouts) -> TokenView:
        """The tokens of one text as `readouts` see them."""
        count = len(encoding.ids)
        states = self.hidden[row, :count].numpy()
        by_embedding = self.embedding_shares[row, :count, None].numpy()
        by_tone = self.tone_shares[row, :count, None].numpy()
        projections = np.concatenate(
            [
                (states @ readouts.embedding.T) * by_embedding,
                (states @ readouts.tone.T) * by_tone,
            ],
            axis=1,
        )
        return TokenView(np.array(encoding.offsets), projections)

    def of_spans(self, row: int, encoding: Any, spans: Spans) -> NDArray[np.float32]:
        """float32[m, d]: the mean state of the tokens in each span, of length 1."""
        found = np.zeros((len(spans), self.hidden.shape[2]), np.float32)
        for place, span in enumerate(spans):
            first, end = tokens_of(encoding.offsets, span)
            if first < end:
                mean = self.hidden[row, first:end].mean(dim=0)
                found[place] = functional.normalize(mean, dim=0).numpy()
        return found


def pool(hidden: torch.Tensor, mask: torch.Tensor, query: torch.Tensor | None) -> Pooled:
    """The embedding, the plain mean of hidden states, and the tone, their mean weighted by
    softmax(h·q); without `query` they are the same.
    """
    plain = mask / mask.sum(dim=1, keepdim=True)
    embeddings, plain = _unit_mean(hidden, plain)
    if query is None:
        return Pooled(hidden, plain, plain, embeddings, embeddings)
    weighed = (hidden @ query).masked_fill(mask == 0, -torch.inf).softmax(dim=1)
    tones, weighed = _unit_mean(hidden, weighed)
    return Pooled(hidden, plain, weighed, embeddings, tones)


def padded(ids: Sequence[Sequence[int]], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and their mask, int64[n, width]."""
    tokens = torch.zeros((len(ids), width), dtype=torch.long)
    mask = torch.zeros((len(ids), width), dtype=torch.long)
    for row, one in enumerate(ids):
        tokens[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = 1
    return tokens, mask


def tokens_of(offsets: Sequence[tuple[int, int]], span: tuple[int, int]) -> tuple[int, int]:
    """First token and end token of the characters `span`; equal when none stands there."""
    start, end = span
    inside = [at for at, (a, b) in enumerate(offsets) if b > a and a < end and b > start]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _unit_mean(hidden: torch.Tensor, shares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The weighted mean made length 1, and the shares of the tokens in that."""
    mean = torch.einsum("nt,ntd->nd", shares, hidden)
    length = mean.norm(dim=1, keepdim=True).clamp_min(1e-9)
    return mean / length, shares / length
