"""`evaluate recommendation`: the rank of what was bought next, among all items.

Own items are excluded, nothing is sampled. Popularity and item-kNN, and EASE where it is
asked for, are measured in the same run.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from intelligence.engines.factorisation import Settings, fit
from intelligence.engines.recommendation import Histories, ItemFactors, fold_in_many
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.next_items import (
    ItemTexts,
    Split,
    read_item_texts,
    read_split,
    without_order,
)
from intelligence.evaluation.recommendation_peers import (
    Scores,
    ease_scores,
    item_knn_scores,
    popularity_scores,
)

BATCH = 256
# Items with fewer sales than this are counted apart.
FEW_SALES = 5
# Some sets keep the purchases of a day in an order of the source's own, which a model of
# sequences learns; how much of a figure that is shows by a second fit without the order.
# Up to so many events it is made.
ORDER_FREE_EVENTS = 250_000
SEED = 0


@dataclass(frozen=True, slots=True)
class _Fitted:
    scores: Scores
    seconds: float


def evaluate_recommendation(
    data: Path,
    encode: Encode,
    train: Path | None = None,
    items: Path | None = None,
    settings: Settings | None = None,
    *,
    ease: bool = False,
) -> dict[str, Any]:
    """n, ndcg_at_10, recall_at_10, recall_at_20, mrr, coverage, cold_n, cold_recall_at_20
    (of items with fewer than five sales) of the model, the same of its peers under
    `popularity`, `item_knn` and with `ease` under `ease`, and under `order_free` those of
    a model that sees each history in an order by chance (None: too many events).
    train_seconds is the fit alone, peak_mib the highest memory of the process up to it.

    `data`: user_id, item_id[, position], the next items; without `train` it is the whole
    history and the last event of a stable fifth of the users is held out. `items`:
    item_id and a text column. `encode` embeds texts to unit length. Raises TableError.
    """
    texts = read_item_texts(items)
    split = read_split(data, train, list(texts.name))
    embeddings = _embeddings(split.item_keys, texts.name, encode)
    words = _words(split.item_keys, texts)
    chosen = settings or Settings(half_life_days=None)
    own = _ones(split)
    fitted = _fitted(split, embeddings, words, chosen)
    peak = _peak_mib()
    result = _measure(split, own, fitted.scores)
    result |= {"train_seconds": round(fitted.seconds, 2), "peak_mib": peak}
    result["order_free"] = None
    if len(split.histories) <= ORDER_FREE_EVENTS:
        mixed = without_order(split, SEED)
        unordered = _fitted(mixed, embeddings, words, chosen)
        result["order_free"] = _measure(mixed, own, unordered.scores)
    peers = {"popularity": popularity_scores, "item_knn": item_knn_scores}
    if ease:
        peers["ease"] = ease_scores
    return result | {name: _measure(split, own, peer(own)) for name, peer in peers.items()}


def _fitted(
    split: Split, embeddings: NDArray[np.float32], words: Sequence[str], settings: Settings
) -> _Fitted:
    started = time.perf_counter()
    factors = fit(split.histories, embeddings, settings, words=words)
    seconds = time.perf_counter() - started
    return _Fitted(_scores_of(split, factors), seconds)


def figures_of(split: Split, factors: ItemFactors) -> dict[str, Any]:
    """What `_measure` says of a fit to the histories of `split`, and the same of `popularity`
    and `item_knn` under those keys.
    """
    own = _ones(split)
    peers = {"popularity": popularity_scores, "item_knn": item_knn_scores}
    measured = {name: _measure(split, own, peer(own)) for name, peer in peers.items()}
    return _measure(split, own, _scores_of(split, factors)) | measured


def _scores_of(split: Split, factors: ItemFactors) -> Scores:
    """Only users with a held-out item are folded in: the others of a big shop are many."""
    place = np.full(split.user_count, -1, np.int64)
    measured = np.unique(split.users)
    place[measured] = np.arange(len(measured))
    theirs = split.histories.where(place[split.histories.user_index] >= 0)
    renumbered = Histories(place[theirs.user_index], theirs.item_index, theirs.time_days)
    folded = fold_in_many(factors, renumbered, len(measured))
    return lambda users: folded[place[users]] @ factors.targets.T


def _embeddings(keys: Sequence[str], names: dict[str, str], encode: Encode) -> NDArray[np.float32]:
    written = [row for row, key in enumerate(keys) if names.get(key, "").strip()]
    if not written:
        return np.zeros((len(keys), 0), np.float32)
    found = encode([names[keys[row]] for row in written])
    embeddings = np.zeros((len(keys), found.shape[1]), np.float32)
    embeddings[written] = found
    return embeddings


def _words(keys: Sequence[str], texts: ItemTexts) -> list[str]:
    return [texts.words.get(key, "") for key in keys] if texts.words else []


def _ones(split: Split) -> csr_array:
    index = (split.histories.user_index, split.histories.item_index)
    shape = (split.user_count, len(split.item_keys))
    counts = csr_array((np.ones(len(split.histories), np.float32), index), shape=shape)
    counts.sum_duplicates()
    return csr_array((np.ones_like(counts.data), counts.indices, counts.indptr), shape=shape)


def _measure(split: Split, own: csr_array, scores: Scores) -> dict[str, Any]:
    ranks, shown = _ranks(split, own, scores)
    sales = np.bincount(split.histories.item_index, minlength=len(split.item_keys))
    cold = sales[split.targets] < FEW_SALES
    return {
        "n": len(ranks),
        "ndcg_at_10": _mean(np.where(ranks < 10, 1 / np.log2(2 + ranks), 0)),
        "recall_at_10": _mean(ranks < 10),
        "recall_at_20": _mean(ranks < 20),
        "mrr": _mean(1 / (1 + ranks)),
        "coverage": round(len(shown) / len(split.item_keys), 4),
        "cold_n": int(cold.sum()),
        "cold_recall_at_20": _mean(ranks[cold] < 20) if cold.any() else None,
    }


def _ranks(
    split: Split, own: csr_array, scores: Scores
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The rank of each target from 0, ties at their middle, own items ranked nowhere;
    and all items that stood in a top ten.
    """
    ranks, shown = [], []
    for start in range(0, len(split.users), BATCH):
        users, targets = split.users[start : start + BATCH], split.targets[start : start + BATCH]
        batch = np.array(scores(users), np.float32)
        batch[own[users].nonzero()] = -np.inf
        target = batch[np.arange(len(users)), targets][:, None]
        above, equal = (batch > target).sum(axis=1), (batch == target).sum(axis=1)
        ranks.append(np.where(np.isfinite(target[:, 0]), above + (equal - 1) / 2, np.inf))
        ten = min(10, batch.shape[1])
        shown.append(np.unique(np.argpartition(-batch, ten - 1, axis=1)[:, :ten]))
    return np.concatenate(ranks), np.unique(np.concatenate(shown))


def _mean(values: NDArray[Any]) -> float:
    return round(float(np.mean(values)), 4)


def _peak_mib() -> float:
    """The highest resident memory of this process; macOS counts bytes, Linux KiB."""
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(highest / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
