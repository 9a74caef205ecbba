"""Vectors of Chinese texts from their characters, for what the encoder cannot tell apart.

Latent semantic analysis (Deerwester et al. 1990): characters and pairs of them, weighed by
TF-IDF, projected on the directions in which these texts differ most. The space is of the
texts that it was fitted to: vectors of two spaces cannot be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from intelligence.engines.characters import characters_of, grams_of

# Directions; fewer of few texts, or each text would be a direction of its own.
WIDTH, TEXTS_A_DIRECTION = 100, 5
LONGEST = 2
FEWEST_TEXTS, MOST_OF_ALL = 3, 0.5  # texts that hold a gram: in fewer or more it tells nothing
MOST_GRAMS = 20_000
WEAKEST = 1e-4


@dataclass(frozen=True, slots=True)
class LexicalSpace:
    """`keys` uint32[m] ascending, of the grams that count; `idf` float32[m]; and the
    directions float32[m, k].
    """

    keys: NDArray[np.uint32]
    idf: NDArray[np.float32]
    directions: NDArray[np.float32]

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, k], of length 1; zeros for texts without a gram that counts."""
        found = np.asarray(_weighed([_grams(text) for text in texts], self.keys, self.idf)
                           @ self.directions, np.float32)  # fmt: skip
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.where(lengths > 1e-6, found / np.maximum(lengths, 1e-6), 0).astype(np.float32)


def fit_space(texts: Sequence[str]) -> LexicalSpace:
    """The space of these texts; one without directions where they share too few grams."""
    grams = [_grams(text) for text in texts]
    each = [np.unique(keys) for keys in grams]
    keys, counts = np.unique(np.concatenate([np.zeros(0, np.uint32), *each]), return_counts=True)
    telling = (counts >= FEWEST_TEXTS) & (counts <= max(MOST_OF_ALL * len(texts), FEWEST_TEXTS))
    most = np.argsort(-counts * telling, kind="stable")[: min(MOST_GRAMS, int(telling.sum()))]
    chosen = np.sort(most)
    keys, counts = keys[chosen], counts[chosen]
    idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    width = min(WIDTH, len(texts) // TEXTS_A_DIRECTION, len(keys) - 1)
    if width < 2:
        return LexicalSpace(keys, idf, np.zeros((len(keys), 0), np.float32))
    weighed = _weighed(grams, keys, idf).astype(np.float64)
    start = np.random.default_rng(0).normal(size=min(weighed.shape))
    _left, strengths, right = svds(weighed, k=width, v0=start, rng=0)
    real = strengths > WEAKEST * strengths.max()  # what has no strength points anywhere
    return LexicalSpace(keys, idf, np.ascontiguousarray(right[real].T, np.float32))


def _grams(text: str) -> NDArray[np.uint32]:
    """The keys of its characters and pairs, as often as they stand there."""
    grams = grams_of(characters_of(text))
    return grams.keys[grams.last - grams.first < LONGEST]


def _weighed(
    grams: Sequence[NDArray[np.uint32]], keys: NDArray[np.uint32], idf: NDArray[np.float32]
) -> csr_array:
    """One row of length 1 a text, float32[n, m]: (1 + log count) idf of each gram."""
    indices, values, ends = [], [], [0]
    for own in grams:
        found, counts = np.unique(own, return_counts=True)
        places = np.minimum(np.searchsorted(keys, found), max(len(keys) - 1, 0))
        known = keys[places] == found if len(keys) else np.zeros(len(found), bool)
        weights = (1 + np.log(counts[known])) * idf[places[known]]
        indices.append(places[known])
        values.append(weights / max(float(np.linalg.norm(weights)), 1e-9))
        ends.append(ends[-1] + len(weights))
    return csr_array(
        (
            np.concatenate([np.zeros(0), *values]).astype(np.float32),
            np.concatenate([np.zeros(0, np.int64), *indices]),
            np.array(ends, np.int64),
        ),
        shape=(len(grams), len(keys)),
    )
