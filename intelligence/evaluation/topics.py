"""`evaluate topics`: how well topics that nobody named agree with labels that people gave."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from intelligence.engines.ngrams import gram_matrix
from intelligence.engines.topic_names import Word, name_topics, terms_of
from intelligence.engines.topics import FEWEST_TEXTS, NONE, fit_topics
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.text_tables import TextTable

BUCKETS = 1 << 14
STEPS, SEED = 30, 0
COHERENT_WORDS = 6  # of each topic


def evaluate_topics(table: TextTable, encode: Encode) -> dict[str, Any]:
    """The figures of topics found in a table of texts, against its labels.

    `nmi` (normalised mutual information, arithmetic mean) and `purity` are over all texts,
    those in no topic being one group of their own; `assigned` is the share that is in one,
    `nmi_assigned` over these. `coherence` is the mean normalised pointwise mutual information
    of the topics' words in the texts (Bouma 2009). `tfidf_...` is plain k-means over TF-IDF of
    words and pairs, with as many clusters as there are labels: it is told that number.
    """
    if len(table) < FEWEST_TEXTS:
        raise TableError(f"topics need at least {FEWEST_TEXTS} labelled texts")
    _names, truth = np.unique(np.array(table.labels), return_inverse=True)
    embeddings = encode(table.texts)
    started = time.perf_counter()
    topics, membership = fit_topics(embeddings)
    words = name_topics(table.texts, membership.topics.tolist(), len(topics))
    seconds = time.perf_counter() - started
    found = membership.topics
    inside = found != NONE
    plain = plain_clusters(table.texts, len(set(table.labels)))
    return {
        "n": len(table),
        "labels": int(truth.max()) + 1,
        "topics": len(topics),
        "assigned": round(float(inside.mean()), 4),
        "nmi": round(nmi(truth, found), 4),
        "purity": round(purity(truth, found), 4),
        "nmi_assigned": round(nmi(truth[inside], found[inside]), 4),
        "purity_assigned": round(purity(truth[inside], found[inside]), 4),
        "coherence": round(npmi(table.texts, words), 4),
        "tfidf_nmi": round(nmi(truth, plain), 4),
        "tfidf_purity": round(purity(truth, plain), 4),
        "seconds": round(seconds, 2),
    }


def nmi(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Normalised mutual information of two groupings, by the mean of their entropies; 1 where
    both hold one group alone.
    """
    table = _together(one, other)
    if not table.size:
        return 0.0
    share = table / table.sum()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    filled = share > 0
    shared = np.sum(share[filled] * np.log(share[filled] / np.outer(rows, columns)[filled]))
    entropies = -np.sum(rows * np.log(rows)) - np.sum(columns * np.log(columns))
    return float(2 * shared / entropies) if entropies > 0 else 1.0


def purity(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """The share of rows that carry the most frequent label of their group."""
    table = _together(truth, found)
    return float(table.max(axis=0).sum() / table.sum()) if table.size else 0.0


def npmi(texts: Sequence[str], words: Sequence[Sequence[Word]]) -> float:
    """How much more often than by chance the words of a topic stand in the same text: the
    mean over pairs of words, then over topics; -1 to 1.
    """
    wanted = {word.term for of_topic in words for word in of_topic[:COHERENT_WORDS]}
    saying: dict[str, set[int]] = {term: set() for term in wanted}
    for row, text in enumerate(texts):
        for term in terms_of(text) & wanted:
            saying[term].add(row)
    means = [
        np.mean([_pair(saying[a], saying[b], len(texts)) for a, b in combinations(terms, 2)])
        for of_topic in words
        if len(terms := [word.term for word in of_topic[:COHERENT_WORDS]]) > 1
    ]
    return float(np.mean(means)) if means else 0.0


def plain_clusters(texts: Sequence[str], count: int) -> NDArray[np.int64]:
    """What topics are measured beside: spherical k-means over TF-IDF of words and pairs, from
    centres that are drawn far apart (k-means++). int64[n].
    """
    counts = gram_matrix(texts, BUCKETS)
    said = np.bincount(counts.indices, minlength=BUCKETS)
    weighed = counts @ diags_array(np.log((1 + len(texts)) / (1 + said)) + 1)
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    rows = csr_array(diags_array(1 / np.maximum(lengths, 1e-9)) @ weighed)
    centres = _far_apart(rows, count)
    found = np.zeros(len(texts), np.int64)
    for _ in range(STEPS):
        nearest = (rows @ centres.T).argmax(axis=1)
        if (nearest == found).all():
            break
        found = nearest
        ones = np.ones(len(found))
        sums = csr_array((ones, (found, np.arange(len(found)))), (len(centres), len(found))) @ rows
        dense = sums.toarray()
        centres = dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    return found


def _far_apart(rows: csr_array, count: int) -> NDArray[np.float64]:
    draw = np.random.default_rng(SEED)
    chosen = [int(draw.integers(rows.shape[0]))]
    away = np.ones(rows.shape[0])
    while len(chosen) < min(count, rows.shape[0]):
        likeness = (rows @ rows[[chosen[-1]]].T).toarray().ravel()
        away = np.clip(np.minimum(away, 1 - likeness), 0, None)
        if not away.sum():
            break
        chosen.append(int(draw.choice(len(away), p=away / away.sum())))
    return rows[chosen].toarray()


def _together(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many rows are in each pair of groups, float64[groups, groups]."""
    if not len(one):
        return np.zeros((0, 0))
    _rows, row = np.unique(one, return_inverse=True)
    _columns, column = np.unique(other, return_inverse=True)
    table = np.zeros((row.max() + 1, column.max() + 1))
    np.add.at(table, (row, column), 1)
    return table


def _pair(one: set[int], other: set[int], texts: int) -> float:
    both = len(one & other)
    if not both:
        return -1.0
    if both == texts:
        return 1.0
    chance = len(one) * len(other) / texts
    return float(np.log(both / chance) / -np.log(both / texts))
