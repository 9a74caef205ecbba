"""BM25 over passages that are held in memory: for evaluation, and as the measure of what the
database answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from intelligence.engines.lexical_terms import AskedTerms, asked_terms, bm25_weights


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """`numbers` int64[m], ascending, of all terms; `weights` float32[n, m], a row a passage."""

    numbers: NDArray[np.int64]
    weights: csr_array
    frequencies: dict[int, int]

    @property
    def passages(self) -> int:
        """How many passages there are."""
        return int(self.weights.shape[0])

    def asked(self, terms: Sequence[str]) -> AskedTerms:
        """A question's terms as these passages weigh them."""
        return asked_terms(terms, self.frequencies, self.passages)

    def scores(self, asked: AskedTerms) -> NDArray[np.float64]:
        """BM25 of every passage; float64[n]."""
        places = np.minimum(np.searchsorted(self.numbers, asked.numbers), len(self.numbers) - 1)
        known = self.numbers[places] == asked.numbers
        worth = np.zeros(len(self.numbers))
        np.add.at(worth, places[known], asked.worth[known])
        return np.asarray(self.weights @ worth, np.float64)


def lexical_index(texts: Sequence[Sequence[str]]) -> LexicalIndex:
    """The index of passages that are given by their terms."""
    rows = [bm25_weights(terms) for terms in texts]
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    terms = np.array([term for row in rows for term in row] or [0], np.int64)[: len(owners)]
    values = np.array([value for row in rows for value in row.values()], np.float32)
    numbers, columns, counts = np.unique(terms, return_inverse=True, return_counts=True)
    if not len(numbers):
        numbers = np.zeros(1, np.int64)
    weights = csr_array((values, (owners, columns)), shape=(len(rows), len(numbers)))
    frequencies = dict(zip(numbers.tolist(), counts.tolist(), strict=False))
    return LexicalIndex(numbers, weights, frequencies)
