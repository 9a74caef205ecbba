"""Recommendation: r_ui = b_ui + q_i · p_u, as exactly one inner product.

Every item has two vectors. `targets` holds [q_i, b_i], what an item is when it is
recommended; `contexts` holds c_j, what it is when it stands in a history. A user is
p_u = [sum_j w_j c_j, 1]: a weighted sum over the own purchases, so that a purchase
counts at once and nothing is trained per user (asymmetric factors, after Koren 2008,
section 4, https://doi.org/10.1145/1401890.1401944). Because the sum is linear, the share
of each purchase in a score is read off, not estimated.

The columns of both are, in this order: the co-purchase block, learned from histories;
the text embedding; a one at the item's category and at its price band; one column for
how new the item is to customers. An item that was never sold is found through its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from intelligence.engines.contract import Card, Evidence

# A history counts by 1 / (1 + r), r = how many purchases are later; what is older than
# this many purchases has no weight. Measured: docs/decisions/0016-recommender.md.
LOOK_BACK = 50
# Users or items scored together: bounds memory at this many rows of items.
BATCH = 256

BIAS = "popularity"
# The last columns of contexts, and of targets before the bias: taste in categories and
# in price bands, as zeros for items without either; and novelty, which is 1 in every
# context, so that it counts for customers of whom a purchase is known and for no others.
CATEGORY_WIDTH, PRICE_WIDTH, NOVELTY_WIDTH = 32, 8, 1
ATTRIBUTE_WIDTH = CATEGORY_WIDTH + PRICE_WIDTH + NOVELTY_WIDTH
TASTES = {
    "category": slice(-ATTRIBUTE_WIDTH, -PRICE_WIDTH - NOVELTY_WIDTH),
    "price_band": slice(-PRICE_WIDTH - NOVELTY_WIDTH, -NOVELTY_WIDTH),
    "novelty": slice(-NOVELTY_WIDTH, None),
}


@dataclass(frozen=True, slots=True)
class Histories:
    """Purchases as flat arrays of equal length, in any order.

    `user_index` and `item_index` are rows (int); `time_days` is any clock in days, or a
    position; ties keep the given order. Raises ValueError when the lengths differ or an
    index is negative or a time is not finite.
    """

    user_index: NDArray[np.int64]
    item_index: NDArray[np.int64]
    time_days: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not len(self.user_index) == len(self.item_index) == len(self.time_days):
            raise ValueError("histories: user_index, item_index and time_days differ in length")
        if len(self) and min(self.user_index.min(), self.item_index.min()) < 0:
            raise ValueError("histories: indexes must not be negative")
        if not np.isfinite(self.time_days).all():
            raise ValueError("histories: every purchase needs a finite time")

    def __len__(self) -> int:
        return len(self.user_index)

    def where(self, rows: NDArray[Any]) -> Histories:
        """The purchases that `rows` (mask or indexes) chooses, in that order."""
        return Histories(self.user_index[rows], self.item_index[rows], self.time_days[rows])

    def in_order(self) -> Histories:
        """The same purchases by user, then by time."""
        return self.where(np.lexsort((self.time_days, self.user_index)))

    def matrix(self, users: int, items: int) -> csr_array:
        """Weights float32[users, items]: each row is the w_j of one user and sums to 1.

        Dividing by the sum keeps p_u of a long history as long as that of a short one,
        so that the bias b_i weighs the same for both.
        """
        ordered = self.in_order()
        sizes = np.bincount(ordered.user_index, minlength=users)
        ends = np.cumsum(sizes)
        later = ends[ordered.user_index] - 1 - np.arange(len(ordered))
        weights = recency_weights(later)
        totals = np.bincount(ordered.user_index, weights, minlength=users)
        shares = (weights / totals[ordered.user_index]).astype(np.float32)
        index = (ordered.user_index, ordered.item_index)
        return csr_array((shares, index), shape=(users, items))


def recency_weights(later: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much a purchase counts after which `later` others came."""
    return np.where(later < LOOK_BACK, 1.0 / (1.0 + later), 0.0)


@dataclass(frozen=True, slots=True)
class ItemFactors:
    """What `fit` finds. `targets` float32[n, k + 1], its last column b_i; `contexts`
    float32[n, k]. `card.sha256` is the version; empty until saved.
    """

    targets: NDArray[np.float32]
    contexts: NDArray[np.float32]
    card: Card

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def dimension(self) -> int:
        """Length of a target vector and of p_u."""
        return int(self.targets.shape[1])

    @property
    def biases(self) -> NDArray[np.float32]:
        """b_i float32[n]."""
        return self.targets[:, -1]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best items of one user, best first; `popular` says that nothing of the user
    was known, so that the list is the shop's popularity.
    """

    items: NDArray[np.int64]
    scores: NDArray[np.float32]
    popular: bool = field(default=False)


def fold_in(factors: ItemFactors, item_index: NDArray[np.int64]) -> NDArray[np.float32]:
    """p_u float32[k + 1] of one history, oldest purchase first; empty: popularity only."""
    return fold_in_many(factors, _one(item_index), users=1)[0]


def fold_in_many(factors: ItemFactors, histories: Histories, users: int) -> NDArray[np.float32]:
    """p_u float32[users, k + 1]; users without purchases get [0, ..., 0, 1]."""
    weights = histories.matrix(users, len(factors))
    folded = np.asarray(weights @ factors.contexts, np.float32)
    return np.hstack([folded, np.ones((users, 1), np.float32)])


def explain(
    factors: ItemFactors, item_index: NDArray[np.int64], target: int, count: int = 3
) -> tuple[Evidence, ...]:
    """Which purchases made the score of `target` for a history (oldest first).

    The strongest `count` come first, by absolute share; then the taste in categories and
    in price bands and for what is new, where there is any; then the bias. With `count` at
    least the number of distinct items, the weights sum to r_ui. `name` is the item's index
    as text (kind "purchase"), or one of TASTES or "popularity" (kind "feature").
    """
    weights = _one(item_index).matrix(1, len(factors))
    aimed = np.array([target], np.int64)
    items, shares = purchase_shares(factors, weights, 0, aimed)
    strongest = np.argsort(-np.abs(shares[:, 0]), kind="stable")[:count]
    bias = Evidence("feature", BIAS, float(factors.biases[target]))
    bought = (Evidence("purchase", str(items[i]), float(shares[i, 0])) for i in strongest)
    tastes = taste_shares(factors, weights, 0, aimed)
    found = (Evidence("feature", name, float(s[0])) for name, s in tastes.items() if s[0])
    return (*bought, *found, bias)


def purchase_shares(
    factors: ItemFactors, weights: csr_array, user: int, targets: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The items that a user bought, int[b], and the share of each in the score of each
    target, float32[b, len(targets)], without what is taste. `weights` is
    `Histories.matrix`.
    """
    bought, weight = _own(weights, user)
    plain = slice(0, -ATTRIBUTE_WIDTH)
    met = factors.contexts[bought, plain] @ factors.targets[targets, :-1][:, plain].T
    return bought, weight[:, None] * met


def taste_shares(
    factors: ItemFactors, weights: csr_array, user: int, targets: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    """The share of the user's taste in the score of each target, float32[len(targets)],
    by the names of TASTES.
    """
    bought, weight = _own(weights, user)
    user_side, item_side = weight @ factors.contexts[bought], factors.targets[targets, :-1]
    return {name: item_side[:, of] @ user_side[of] for name, of in TASTES.items()}


def text_block(factors: ItemFactors, width: int) -> NDArray[np.float32]:
    """The columns of the contexts that are the text embedding, of this width."""
    end = factors.contexts.shape[1] - ATTRIBUTE_WIDTH
    return factors.contexts[:, end - width : end]


def top_n(
    factors: ItemFactors,
    users: NDArray[np.float32],
    n: int,
    exclude: csr_array | None = None,
    allowed: NDArray[np.bool_] | None = None,
) -> list[Ranked]:
    """The best `n` items for each p_u in `users` float32[m, k + 1].

    `exclude` [m, items] marks per user what is not to be shown (already bought);
    `allowed` bool[items] or bool[m, items] what may be. Fewer than `n` come back where
    fewer are left; ties go to the lower index.
    """
    found: list[Ranked] = []
    for start, scores in _scores(factors, users):
        stop = start + len(scores)
        _rule_out(scores, start, exclude, allowed)
        known = np.any(users[start:stop, :-1] != 0, axis=1)
        found += [_best(row, n, bool(k)) for row, k in zip(scores, known, strict=True)]
    return found


def similar(factors: ItemFactors, item: int, n: int) -> Ranked:
    """The `n` items most like one; see `similar_many`."""
    return next(similar_many(factors, [item], n))


def likeness(targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """The columns of target vectors whose cosine says how alike two items are: all but those
    of novelty and popularity.
    """
    return targets[:, : -1 - NOVELTY_WIDTH]


def similar_many(
    factors: ItemFactors,
    items: Sequence[int],
    n: int,
    groups: NDArray[np.int64] | None = None,
) -> Iterator[Ranked]:
    """For each of `items` the `n` most like it, by the cosine of their
    `likeness`; with `groups` int[items of `factors`] only among those of its group.
    """
    vectors = likeness(factors.targets)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    for start in range(0, len(items), BATCH):
        batch = np.array(items[start : start + BATCH], np.int64)
        cosines = vectors[batch] @ vectors.T
        cosines[np.arange(len(batch)), batch] = -np.inf
        if groups is not None:
            cosines[groups[batch, None] != groups[None, :]] = -np.inf
        yield from (_best(row, n, known=True) for row in cosines)


def _one(item_index: NDArray[np.int64]) -> Histories:
    """The history of one user, oldest purchase first."""
    n = len(item_index)
    return Histories(np.zeros(n, np.int64), np.asarray(item_index, np.int64), np.arange(float(n)))


def _own(weights: csr_array, user: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    own = slice(weights.indptr[user], weights.indptr[user + 1])
    return weights.indices[own], weights.data[own]


def _scores(
    factors: ItemFactors, users: NDArray[np.float32]
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    for start in range(0, len(users), BATCH):
        yield start, users[start : start + BATCH] @ factors.targets.T


def _rule_out(
    scores: NDArray[np.float32],
    start: int,
    exclude: csr_array | None,
    allowed: NDArray[np.bool_] | None,
) -> None:
    stop = start + len(scores)
    if exclude is not None:
        rows, columns = exclude[start:stop].nonzero()
        scores[rows, columns] = -np.inf
    if allowed is not None:
        own = allowed[start:stop] if allowed.ndim == 2 else allowed
        scores[np.broadcast_to(~own, scores.shape)] = -np.inf


def _best(scores: NDArray[np.float32], n: int, known: bool) -> Ranked:
    n = min(n, int(np.isfinite(scores).sum()))
    if n == 0:
        return Ranked(np.empty(0, np.int64), np.empty(0, np.float32), popular=not known)
    border = np.partition(scores, len(scores) - n)[len(scores) - n]
    candidates = np.flatnonzero(scores >= border)
    order = candidates[np.argsort(-scores[candidates], kind="stable")][:n]
    return Ranked(order, scores[order], popular=not known)
