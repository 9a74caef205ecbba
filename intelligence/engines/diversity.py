"""Diversity within a list: maximal marginal relevance.

    next = argmax over the rest of  (1 - d) * relevance - d * (likeness to the nearest chosen)

after Carbonell and Goldstein 1998, https://doi.org/10.1145/290941.291025. The relevance is
the score, scaled so that the best candidate has 1 and the worst 0; the likeness is the
cosine. d = 0 leaves the order of the scores as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def diversified(
    scores: NDArray[np.float32], vectors: NDArray[np.float32], count: int, diversity: float
) -> NDArray[np.int64]:
    """Which `count` candidates to show, best first, as indexes int[min(count, n)].

    `scores` float[n] and `vectors` float[n, k], in any order; ties go to the lower index.
    Raises ValueError for a `diversity` outside of [0, 1].
    """
    if not 0 <= diversity <= 1:
        raise ValueError(f"diversity must be from 0 to 1, not {diversity}")
    by_score = np.argsort(-scores, kind="stable")
    if diversity == 0 or len(scores) < 2:
        return by_score[:count]
    relevance, unit = _scaled(scores), _unit(vectors)
    nearest = np.full(len(scores), -np.inf)
    chosen = [int(by_score[0])]
    while len(chosen) < min(count, len(scores)):
        nearest = np.maximum(nearest, unit @ unit[chosen[-1]])
        gain = (1 - diversity) * relevance - diversity * nearest
        gain[chosen] = -np.inf
        chosen.append(int(np.argmax(gain)))
    return np.array(chosen[:count], np.int64)


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    spread = float(scores.max() - scores.min())
    return np.asarray((scores - scores.min()) / (spread or 1.0), np.float64)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, 1e-12)
    return unit
