"""What is bought after what: counts of pairs in histories, normalised, and their low rank.

    C_ji = sum over histories and gaps g of  g ** -fading  (times `backward` for the reverse)
    S_ji = C_ji / (row_j ** context_power * column_i ** target_power)

Nearer purchases count more. The powers are between raw counts (0: popular items win) and
the cosine (0.5). Figures of the choices: docs/decisions/0016-recommender.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array

from intelligence.engines.recommendation import Histories

# Columns beyond the wanted rank, and rounds of power iteration, of the randomised SVD.
OVERSAMPLING, POWER_ROUNDS = 20, 2


@dataclass(frozen=True, slots=True)
class CountSettings:
    """`window`: how many purchases apart two items are still counted together."""

    window: int = 10
    backward: float = 1.0
    fading: float = 0.5
    context_power: float = 0.5
    target_power: float = 0.3


def affinity(ordered: Histories, items: int, settings: CountSettings) -> csr_array:
    """S float32[items, items] of histories that are in order; its diagonal is empty, for
    an item bought again says nothing about others, and own items are not recommended.
    """
    users, bought = ordered.user_index, ordered.item_index
    counts = csr_array((items, items), dtype=np.float32)
    for gap in range(1, min(settings.window, len(ordered) - 1) + 1):
        same = users[gap:] == users[:-gap]
        earlier, later = bought[:-gap][same], bought[gap:][same]
        weights = np.full(len(earlier), gap**-settings.fading, np.float32)
        pairs = coo_array((weights, (earlier, later)), shape=(items, items)).tocsr()
        counts = counts + pairs + settings.backward * pairs.T
    return _normalised(csr_array(counts - diags_array(counts.diagonal())), settings)


def strongest(found: csr_array) -> float:
    """The mean, over items with neighbours, of the strongest neighbour's score; 1 when
    there is none.
    """
    best = found.max(axis=1).toarray().ravel() if found.nnz else np.zeros(1)
    return float(best[best > 0].mean()) if (best > 0).any() else 1.0


def low_rank(
    found: csr_array, rank: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """left float32[n, rank] and right float32[m, rank] of `found` [n, m], with
    left @ right.T ~ `found`: a randomised SVD (Halko et al. 2011, https://arxiv.org/abs/0909.4061).
    """
    width = min(*found.shape, rank + OVERSAMPLING)
    shape = (found.shape[1], width)
    start = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    transposed = csr_array(found.T)
    basis = found @ start
    for _ in range(POWER_ROUNDS):
        basis = np.linalg.qr(basis)[0]
        basis = found @ np.linalg.qr(transposed @ basis)[0]
    basis = np.linalg.qr(basis)[0]
    left, strength, right = np.linalg.svd((transposed @ basis).T, full_matrices=False)
    scale = np.sqrt(strength[:rank])
    return (basis @ left[:, :rank]) * scale, right[:rank].T * scale


def _normalised(counts: csr_array, settings: CountSettings) -> csr_array:
    rows = np.maximum(counts.sum(axis=1), 1e-9) ** -settings.context_power
    columns = np.maximum(counts.sum(axis=0), 1e-9) ** -settings.target_power
    return csr_array(diags_array(rows) @ counts @ diags_array(columns)).astype(np.float32)
