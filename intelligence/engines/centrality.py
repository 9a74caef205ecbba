"""Which sentences of a text matter most: centrality in the graph of their likeness.

Sentences are nodes, and the weight between two is the cosine of their embeddings above the
mean of all pairs. The score is the stationary distribution of a walk that follows the weights
with probability 0.85 and jumps anywhere otherwise: LexRank (Erkan and Radev 2004,
https://doi.org/10.1613/jair.1523) with embeddings in place of TF-IDF.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DAMPING, TOLERANCE, MOST_STEPS = 0.85, 1e-9, 200


def centrality(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """float64[n], adding up to 1, of sentences with embeddings float32[n, d] of unit length.
    All are equal where no two are more alike than the others.
    """
    n = len(vectors)
    if n == 0:
        return np.zeros(0)
    alike = np.asarray(vectors @ vectors.T, np.float64)
    np.fill_diagonal(alike, 0.0)
    mean = alike.sum() / max(1, n * (n - 1))
    weights = np.where(alike > mean, np.maximum(alike, 0.0), 0.0)
    sums = weights.sum(axis=1, keepdims=True)
    walk = np.divide(weights, sums, out=np.full_like(weights, 1 / n), where=sums > 0)
    scores = np.full(n, 1 / n)
    for _ in range(MOST_STEPS):
        following = (1 - DAMPING) / n + DAMPING * scores @ walk
        if np.abs(following - scores).sum() < TOLERANCE:
            return following
        scores = following
    return scores
