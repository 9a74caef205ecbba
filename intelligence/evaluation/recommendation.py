"""`evaluate recommendation`: the rank of what was bought next, among all items.

Own items are excluded, nothing is sampled. Popularity and item-kNN (cosine, Sarwar et
al. 2001, https://doi.org/10.1145/371920.372071) are measured in the same run.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from intelligence.engines.factorisation import Settings, fit
from intelligence.engines.recommendation import Histories, ItemFactors, fold_in_many
from intelligence.evaluation.columns import TableError, read_columns
from intelligence.evaluation.encode import Encode

BATCH = 256
TEXTS = ("title", "short_text", "name", "description")
# Without --train the last event of this share of the users is held out.
HELD_OUT = 5

Scores = Callable[[NDArray[np.int64]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Split:
    """Histories to learn from, and the next items: `users` and `targets` int[n]."""

    histories: Histories
    users: NDArray[np.int64]
    targets: NDArray[np.int64]
    user_count: int
    item_keys: tuple[str, ...]


def evaluate_recommendation(
    data: Path,
    encode: Encode,
    train: Path | None = None,
    items: Path | None = None,
    settings: Settings | None = None,
) -> dict[str, Any]:
    """n, ndcg_at_10, recall_at_10, recall_at_20, mrr, coverage and train_seconds of the
    model, and the same of `popularity` and `item_knn` under those keys.

    `data`: user_id, item_id[, position], the next items; without `train` it is the whole
    history and the last event of a stable fifth of the users is held out. `items`:
    item_id and a text column. `encode` embeds texts to unit length. Raises TableError.
    """
    texts = _texts(items)
    split = _given(data, train, texts) if train else _held_out(data, texts)
    if not len(split.users):
        raise TableError(f"{data} has no user with an event to hold out")
    embeddings = _embeddings(split.item_keys, texts, encode)
    started = time.perf_counter()
    factors = fit(split.histories, embeddings, settings or Settings(half_life_days=None))
    seconds = time.perf_counter() - started
    return figures_of(split, factors) | {"train_seconds": round(seconds, 2)}


def figures_of(split: Split, factors: ItemFactors) -> dict[str, Any]:
    """n, ndcg_at_10, recall_at_10, recall_at_20, mrr and coverage of a fit to the histories
    of `split`, cold_recall_at_20 of items with fewer than five sales, and the same of
    `popularity` and `item_knn` under those keys. Only users with a held-out item are folded in.
    """
    place = np.full(split.user_count, -1, np.int64)
    measured = np.unique(split.users)
    place[measured] = np.arange(len(measured))
    theirs = split.histories.where(place[split.histories.user_index] >= 0)
    renumbered = Histories(place[theirs.user_index], theirs.item_index, theirs.time_days)
    folded = fold_in_many(factors, renumbered, len(measured))
    own = _ones(split)

    def scores(users: NDArray[np.int64]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = folded[place[users]] @ factors.targets.T
        return found

    return _measure(split, own, scores) | {
        "cold_recall_at_20": _cold(split, own, scores),
        "popularity": _measure(split, own, _popularity(own)),
        "item_knn": _measure(split, own, _item_knn(own)),
    }


def _texts(items: Path | None) -> dict[str, str]:
    if items is None:
        return {}
    table = read_columns(items, ["item_id"])
    column = next((name for name in TEXTS if name in table.column_names), None)
    if column is None:
        raise TableError(f"{items} has none of the text columns {', '.join(TEXTS)}")
    values = table[column].to_pylist()
    return dict(zip(_keys(table, "item_id"), (text or "" for text in values), strict=True))


def _keys(table: pa.Table, name: str) -> list[str]:
    return [str(value) for value in table[name].to_pylist()]


def _embeddings(keys: Sequence[str], texts: dict[str, str], encode: Encode) -> NDArray[np.float32]:
    written = [row for row, key in enumerate(keys) if texts.get(key, "").strip()]
    if not written:
        return np.zeros((len(keys), 0), np.float32)
    found = encode([texts[keys[row]] for row in written])
    embeddings = np.zeros((len(keys), found.shape[1]), np.float32)
    embeddings[written] = found
    return embeddings


def _events(path: Path, *, timed: bool) -> tuple[list[str], list[str], NDArray[np.float64]]:
    required = ["user_id", "item_id"] + (["position"] if timed else [])
    table = read_columns(path, required)
    times = table["position"].to_pylist() if timed else range(len(table))
    return _keys(table, "user_id"), _keys(table, "item_id"), np.array(times, np.float64)


def _held_out(data: Path, texts: dict[str, str]) -> Split:
    users, items, times = _events(data, timed=True)
    user_keys = sorted(set(users))
    histories, keys = _indexed(users, items, times, user_keys, {*items, *texts})
    ordered = histories.in_order()
    last = np.append(ordered.user_index[1:] != ordered.user_index[:-1], True)
    chosen = np.array([_in_fifth(key) for key in user_keys])
    several = np.bincount(ordered.user_index) > 1
    held = last & (chosen & several)[ordered.user_index]
    rest = Histories(ordered.user_index[~held], ordered.item_index[~held], ordered.time_days[~held])
    targets = ordered.item_index[held]
    return Split(rest, ordered.user_index[held], targets, len(user_keys), keys)


def _given(data: Path, train: Path, texts: dict[str, str]) -> Split:
    users, items, times = _events(train, timed=True)
    next_users, next_items, _ = _events(data, timed=False)
    user_keys = sorted({*users, *next_users})
    known = {*items, *next_items, *texts}
    histories, keys = _indexed(users, items, times, user_keys, known)
    following, _ = _indexed(next_users, next_items, np.zeros(len(next_users)), user_keys, known)
    return Split(histories, following.user_index, following.item_index, len(user_keys), keys)


def _indexed(
    users: Sequence[str],
    items: Sequence[str],
    times: NDArray[np.float64],
    user_keys: Sequence[str],
    item_keys: set[str],
) -> tuple[Histories, tuple[str, ...]]:
    keys = tuple(sorted(item_keys))
    user_rows = {key: row for row, key in enumerate(user_keys)}
    item_rows = {key: row for row, key in enumerate(keys)}
    found = Histories(
        np.array([user_rows[user] for user in users], np.int64),
        np.array([item_rows[item] for item in items], np.int64),
        times,
    )
    return found, keys


def _in_fifth(key: str) -> bool:
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % HELD_OUT == 0


def _ones(split: Split) -> csr_array:
    index = (split.histories.user_index, split.histories.item_index)
    shape = (split.user_count, len(split.item_keys))
    counts = csr_array((np.ones(len(split.histories), np.float32), index), shape=shape)
    counts.sum_duplicates()
    return csr_array((np.ones_like(counts.data), counts.indices, counts.indptr), shape=shape)


def _popularity(own: csr_array) -> Scores:
    sales = np.asarray(own.sum(axis=0), np.float32)
    return lambda users: np.tile(sales, (len(users), 1))


def _item_knn(own: csr_array) -> Scores:
    lengths = np.sqrt(np.maximum(np.asarray(own.sum(axis=0)), 1))
    scaled = own @ diags_array(1 / lengths).astype(np.float32)
    cosine = csr_array(scaled.T @ scaled)
    return lambda users: (own[users] @ cosine).toarray()


def _measure(split: Split, own: csr_array, scores: Scores) -> dict[str, Any]:
    ranks, shown = _ranks(split, own, scores)
    return {
        "n": len(ranks),
        "ndcg_at_10": _mean(np.where(ranks < 10, 1 / np.log2(2 + ranks), 0)),
        "recall_at_10": _mean(ranks < 10),
        "recall_at_20": _mean(ranks < 20),
        "mrr": _mean(1 / (1 + ranks)),
        "coverage": round(len(shown) / len(split.item_keys), 4),
    }


def _cold(split: Split, own: csr_array, scores: Scores) -> float | None:
    """Recall@20 of the items with fewer than five sales; None when there is none."""
    sales = np.asarray(own.sum(axis=0))
    cold = sales[split.targets] < 5
    if not cold.any():
        return None
    part = Split(
        split.histories, split.users[cold], split.targets[cold], split.user_count, split.item_keys
    )
    return _mean(_ranks(part, own, scores)[0] < 20)


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
