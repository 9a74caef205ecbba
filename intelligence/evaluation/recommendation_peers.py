"""What the recommender stands beside: popularity, item-kNN and EASE.

Item-kNN: cosine (Sarwar et al. 2001, https://doi.org/10.1145/371920.372071). EASE: the
closed form of Steck 2019, https://arxiv.org/abs/1905.03375; it holds a matrix of items by
items, 4 bytes an entry, and inverts it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array, diags_array

Scores = Callable[[NDArray[np.int64]], NDArray[np.float32]]

EASE_PENALTY = 100.0
STRIPE = 1024


def popularity_scores(own: csr_array) -> Scores:
    """Sales of each item; `own` [users, items] holds a one for what a user bought."""
    sales = np.asarray(own.sum(axis=0), np.float32)
    return lambda users: np.tile(sales, (len(users), 1))


def item_knn_scores(own: csr_array) -> Scores:
    """The sum of cosines to the items of the user."""
    lengths = np.sqrt(np.maximum(np.asarray(own.sum(axis=0)), 1))
    scaled = own @ diags_array(1 / lengths).astype(np.float32)
    cosine = csr_array(scaled.T @ scaled)
    return lambda users: (own[users] @ cosine).toarray()


def ease_scores(own: csr_array) -> Scores:
    """EASE with a penalty of 100, better than 300 on amazon_beauty and amazon_office."""
    gram = np.asfortranarray((own.T @ own).toarray().astype(np.float32))
    gram[np.diag_indices(len(gram))] += EASE_PENALTY
    inverse = _inverted(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return lambda users: np.asarray(own[users] @ weights, np.float32)


def _inverted(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse of a positive definite matrix, in its place."""
    factor, failed = lapack.spotrf(matrix, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("EASE: the matrix of counts is not positive definite")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    for begin in range(0, len(inverse), STRIPE):
        stripe = slice(begin, begin + STRIPE)
        lower = np.tril(inverse[stripe, stripe])
        inverse[stripe, stripe] = lower + np.tril(lower, -1).T
        inverse[stripe, begin + STRIPE :] = inverse[begin + STRIPE :, stripe].T
    return np.asarray(inverse)
