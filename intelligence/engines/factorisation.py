"""Learning the item factors: counts of "bought after", normalised, in low rank.

    C_ji = sum over histories and gaps g of  forward / g  (+ backward / g for the reverse)
    S_ji = C_ji / (row_j ** 0.5 * column_i ** 0.3)  ~  c_j · q_i

Nearer purchases count more, and "i after j" more than "i before j". The powers are
between raw counts (0: popular items win) and the cosine (0.5). Figures of the choices:
docs/decisions/0006-recommendation.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array

from intelligence.engines.contract import Card
from intelligence.engines.recommendation import Histories, ItemFactors

Factors = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Settings:
    """`rank` is the length of the co-purchase part, `window` how many purchases apart two
    items are still counted together, `backward` the weight of the reverse order.
    `text_weight` and `bias_weight` are relative to a typical best neighbour's score.
    `half_life_days` is that of a sale in the popularity; None: all sales count alike.
    """

    rank: int = 384
    window: int = 10
    backward: float = 0.5
    context_power: float = 0.5
    target_power: float = 0.3
    text_weight: float = 0.3
    bias_weight: float = 0.01
    half_life_days: float | None = 90.0
    seed: int = 0


def fit(
    histories: Histories,
    embeddings: NDArray[np.float32],
    settings: Settings | None = None,
) -> ItemFactors:
    """Item factors of one shop. `embeddings` float32[items, d], rows of length 1 (or 0:
    no text); `item_index` of the histories are its rows. Works without a single sale
    (then only the text speaks) and for one item. Deterministic by `settings.seed`.

    Raises ValueError when a history names an item that has no row.
    """
    chosen = settings or Settings()
    items = len(embeddings)
    if len(histories) and histories.item_index.max() >= items:
        raise ValueError(f"histories name item {histories.item_index.max()} of {items} items")
    affinity = _normalised(_after_counts(histories.in_order(), items, chosen), chosen)
    unit = _typical_best(affinity)
    contexts, targets = _low_rank(affinity, min(chosen.rank, items), chosen.seed)
    share = np.float32(np.sqrt(chosen.text_weight * unit))
    text = embeddings.astype(np.float32) * share
    bias = chosen.bias_weight * unit * popularity(histories, items, chosen.half_life_days)
    return ItemFactors(
        targets=np.hstack([targets, text, bias[:, None]]).astype(np.float32),
        contexts=np.hstack([contexts, text]).astype(np.float32),
        card=_card(histories, items, contexts.shape[1], embeddings.shape[1]),
    )


def popularity(
    histories: Histories, items: int, half_life_days: float | None
) -> NDArray[np.float32]:
    """Log sales of each item in [0, 1], sales halved in weight per half-life before the
    last one; zeros without sales.
    """
    if not len(histories):
        return np.zeros(items, np.float32)
    age = histories.time_days.max() - histories.time_days
    weights = np.ones(len(age)) if half_life_days is None else 0.5 ** (age / half_life_days)
    sales = np.log1p(np.bincount(histories.item_index, weights, minlength=items))
    return np.asarray(sales / sales.max(), np.float32)


def _after_counts(ordered: Histories, items: int, settings: Settings) -> csr_array:
    users, bought = ordered.user_index, ordered.item_index
    counts = csr_array((items, items), dtype=np.float32)
    for gap in range(1, min(settings.window, len(ordered) - 1) + 1):
        same = users[gap:] == users[:-gap]
        earlier, later = bought[:-gap][same], bought[gap:][same]
        weights = np.full(len(earlier), 1 / gap, np.float32)
        pairs = coo_array((weights, (earlier, later)), shape=(items, items)).tocsr()
        counts = counts + pairs + settings.backward * pairs.T
    # An item bought again says nothing about others, and own items are not recommended.
    return csr_array(counts - diags_array(counts.diagonal()))


def _normalised(counts: csr_array, settings: Settings) -> csr_array:
    rows = np.maximum(counts.sum(axis=1), 1e-9) ** -settings.context_power
    columns = np.maximum(counts.sum(axis=0), 1e-9) ** -settings.target_power
    return csr_array(diags_array(rows) @ counts @ diags_array(columns)).astype(np.float32)


def _typical_best(affinity: csr_array) -> float:
    """The mean, over items with neighbours, of the strongest neighbour's score."""
    best = affinity.max(axis=1).toarray().ravel() if affinity.nnz else np.zeros(1)
    return float(best[best > 0].mean()) if (best > 0).any() else 1.0


def _low_rank(affinity: csr_array, rank: int, seed: int) -> Factors:
    """contexts, targets float32[n, rank] with contexts @ targets.T ~ affinity: a
    randomised SVD (Halko et al. 2011, https://arxiv.org/abs/0909.4061).
    """
    items = affinity.shape[0]
    if not affinity.nnz:
        nothing = np.zeros((items, 0), np.float32)
        return nothing, nothing
    width = min(items, rank + 20)
    start = np.random.default_rng(seed).standard_normal((items, width), dtype=np.float32)
    transposed = csr_array(affinity.T)
    basis = affinity @ start
    for _ in range(2):
        basis = np.linalg.qr(basis)[0]
        basis = affinity @ np.linalg.qr(transposed @ basis)[0]
    basis = np.linalg.qr(basis)[0]
    left, strength, right = np.linalg.svd((transposed @ basis).T, full_matrices=False)
    scale = np.sqrt(strength[:rank])
    return (basis @ left[:, :rank]) * scale, right[:rank].T * scale


def _card(histories: Histories, items: int, rank: int, dimension: int) -> Card:
    return Card(
        name="recommendation",
        task="recommendation",
        description=f"co-purchase factors ({rank}) and text ({dimension}) of {items} items",
        labels=(),
        languages=(),
        backbone="",
        sha256="",
        licence="the shop's own data",
        training_data=({"name": "purchases", "licence": "own", "rows": len(histories)},),
    )
