"""Which new topic is which old one, so that a topic keeps its key, its name and its history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from intelligence.engines.topics import NONE

# Either is enough to be the same topic: the same place, or the same texts.
SAME_PLACE, SAME_TEXTS = 0.85, 0.3


def same_topics(
    old_centres: NDArray[np.float32],
    new_centres: NDArray[np.float32],
    old_of_text: Sequence[int] | NDArray[np.int64],
    new_of_text: Sequence[int] | NDArray[np.int64],
) -> dict[int, int]:
    """By the place of each new topic the place of the old one that it goes on with.

    The pairs are those with the highest sum of likeness (Hungarian method, Kuhn 1955): the
    cosine of their centres, and the Jaccard index of their texts. `..._of_text` int[n] tell
    the old and the new topic of the same texts, `NONE` for none. Centres of another width
    than the new ones (another encoder made them) are not compared; their texts are.
    """
    if not len(old_centres) or not len(new_centres):
        return {}
    cosines = np.zeros((len(new_centres), len(old_centres)), np.float32)
    if old_centres.shape[1] == new_centres.shape[1]:
        cosines = new_centres @ old_centres.T
    shared = _jaccard(
        np.asarray(new_of_text, np.int64), np.asarray(old_of_text, np.int64), cosines.shape
    )
    rows, columns = linear_sum_assignment(-(cosines + shared))
    return {
        int(new): int(old)
        for new, old in zip(rows, columns, strict=True)
        if cosines[new, old] >= SAME_PLACE or shared[new, old] >= SAME_TEXTS
    }


def _jaccard(
    new: NDArray[np.int64], old: NDArray[np.int64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Texts in both over texts in either, for each pair of a new and an old topic."""
    both = np.zeros(shape)
    inside = (new != NONE) & (old != NONE)
    np.add.at(both, (new[inside], old[inside]), 1)
    sizes = np.bincount(new[new != NONE], minlength=shape[0])[:, None]
    former = np.bincount(old[old != NONE], minlength=shape[1])[None, :]
    return both / np.maximum(sizes + former - both, 1)
