"""Texts that say the same gathered into groups, and the sentences that many of them share.

Groups are average-linkage clusters (Sokal & Michener 1958) of a table of likeness: they need
no number of groups, and two texts are enough for one. Likeness is the cosine of embeddings,
or, where no encoder reads the language, that of TF-IDF weighed words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from intelligence.engines.content_words import content_stems

Likeness = NDArray[np.float32]


def cosines(embeddings: NDArray[np.float32]) -> Likeness:
    """float32[n, n] of rows of length 1."""
    return np.clip(embeddings @ embeddings.T, -1, 1).astype(np.float32)


def lexical_likeness(texts: Sequence[str]) -> Likeness:
    """float32[n, n]: cosines of the texts' words, each weighed log(1 + n / texts with it)."""
    terms = [sorted(content_stems(text)) for text in texts]
    counts = Counter(term for own in terms for term in own)
    places = {term: at for at, term in enumerate(sorted(counts))}
    table = np.zeros((len(texts), max(1, len(places))), np.float32)
    for row, own in enumerate(terms):
        for term in own:
            table[row, places[term]] = log(1 + len(texts) / counts[term])
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return cosines(table / np.maximum(lengths, 1e-9))


def groups_of(likeness: Likeness, least: float) -> list[list[int]]:
    """Rows in groups whose mean likeness to one another is at least `least`, the largest
    group first, rows in order.
    """
    count = len(likeness)
    if count < 2:
        return [[row] for row in range(count)]
    distances = np.clip(1 - likeness, 0, 2).astype(np.float64)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    labels = fcluster(tree, 1 - least, "distance")
    found: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        found.setdefault(int(label), []).append(row)
    return sorted(found.values(), key=lambda rows: (-len(rows), rows[0]))


def most_central(likeness: Likeness, rows: Sequence[int]) -> int:
    """The row of a group that is most like all of it; the first of equals."""
    within = likeness[np.ix_(rows, rows)].sum(axis=1)
    return rows[int(within.argmax())]
