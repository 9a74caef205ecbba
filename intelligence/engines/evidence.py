"""Which words decided: exact shares of the score, from the pass that made it.

A linear head over mean-pooled states is a sum over tokens, and over hashed words it is a
sum over words. So what each word added to the winner's log-odds is read off, not
estimated: all shares and the rest (bias, special tokens, punctuation) add up to it. What
a token's state has taken in from its neighbours counts as the token's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.contract import Evidence
from intelligence.engines.heads import Head
from intelligence.engines.ngrams import Words, buckets_of, strengths, words_of
from intelligence.engines.pooling import TokenView

TOP = 5


@dataclass(frozen=True, slots=True)
class Attribution:
    """`weights` float64[words] and `rest` add up to `direction @ logits / temperature`."""

    words: Words
    weights: NDArray[np.float64]
    rest: float

    def strongest(self, count: int = TOP) -> tuple[Evidence, ...]:
        """The words that moved the score most, either way, strongest first."""
        order = np.argsort(-np.abs(self.weights), kind="stable")[:count]
        return tuple(
            Evidence(
                kind="word",
                name=self.words.names[i],
                weight=float(self.weights[i]),
                start=int(self.words.starts[i]),
                end=int(self.words.ends[i]),
            )
            for i in order
        )


def against_the_rest(probabilities: NDArray[np.float32], best: int) -> NDArray[np.float64]:
    """float64[c]: +1 for the label, minus the other labels by their probability: the
    direction in which the label's log-odds grow.
    """
    direction = -probabilities.astype(np.float64)
    direction[best] = 0.0
    direction /= max(-direction.sum(), 1e-12)
    direction[best] = 1.0
    return direction


def attribute(
    head: Head, text: str, view: TokenView, direction: NDArray[np.float64]
) -> Attribution:
    """Split the score over the words of `text`. `view.projections` float32[t, c] must be
    the read-out of `head.parameters.weight`.
    """
    words = words_of(text)
    per_token = view.projections.astype(np.float64) @ direction
    owners = _owners(words, view.offsets)
    inside = owners >= 0
    count = len(words.names)
    weights = np.bincount(owners[inside], per_token[inside], minlength=count).astype(np.float64)
    weights += _gram_shares(head.parameters.grams, words, direction)
    rest = per_token[~inside].sum() + float(head.parameters.bias @ direction)
    temperature = head.parameters.temperature
    return Attribution(words, weights / temperature, rest / temperature)


def _owners(words: Words, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The word that each token stands in; -1 for none."""
    if not len(words.starts):
        return np.full(len(offsets), -1)
    starts = offsets[:, 0]
    owners = np.searchsorted(words.starts, starts, side="right") - 1
    outside = (offsets[:, 1] <= starts) | (owners < 0) | (starts >= words.ends[owners])
    return np.where(outside, -1, owners)


def _gram_shares(
    grams: NDArray[np.float32], words: Words, direction: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The places of a hashed word or pair share what it adds, however often it occurs."""
    shares = np.zeros(len(words.names))
    if not len(grams) or not len(shares):
        return shares
    buckets, first, last = (np.array(column) for column in _columns(words, len(grams)))
    unique, inverse, counts = np.unique(buckets, return_inverse=True, return_counts=True)
    gains = (grams[unique] @ direction) * strengths(counts) / counts
    np.add.at(shares, first, gains[inverse] / 2)
    np.add.at(shares, last, gains[inverse] / 2)
    return shares


def _columns(words: Words, buckets: int) -> Sequence[tuple[int, ...]]:
    return list(zip(*buckets_of(words, buckets), strict=True))
