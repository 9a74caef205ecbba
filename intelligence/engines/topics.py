"""Topics: clusters of texts by their embeddings, found without anybody naming them first.

Ward's method (1963) merges a sample of the texts into a tree; the number of topics is where
the Bayesian information criterion of spherical clusters (as in X-means, Pelleg & Moore 2000)
is lowest; spherical k-means (Dhillon & Modha 2001) then moves the centres among all texts.
Texts far from every centre belong to no topic. What was measured: docs/decisions/0020.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

SAMPLE = 4_000  # texts in the tree: all their distances stand in memory, 64 MB
MOST_TOPICS = 150
FEWEST_TEXTS = 10  # with fewer there is nothing to tell apart
FEWEST_MEMBERS = 4
MEMBERS_SHARE = 0.002  # of all texts: a smaller cluster is no topic of its own
SAME = 0.01  # one less the cosine: texts as near as that are not told apart any further
STEPS, STILL = 20, 1e-4
# A member is at least as near to its centre as the mean member, less so many standard
# deviations; within bounds, for some topics are one sentence said often.
DEVIATIONS, NEAREST, FARTHEST = 2.0, 0.9, 0.3
NONE = -1
CHUNK = 8_192


@dataclass(frozen=True, slots=True)
class Topics:
    """`centres` float32[k, d] of length 1, and `radii` float32[k]: the least cosine to its
    centre that makes a text a member.
    """

    centres: NDArray[np.float32]
    radii: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.centres)


@dataclass(frozen=True, slots=True)
class Membership:
    """The topic of each text, int64[n], `NONE` where it belongs to none; and the cosine to
    the nearest centre, float32[n].
    """

    topics: NDArray[np.int64]
    cosines: NDArray[np.float32]


def fit_topics(
    embeddings: NDArray[np.float32], *, most: int = MOST_TOPICS, seed: int = 0
) -> tuple[Topics, Membership]:
    """The topics of these texts, the largest first, and which text belongs to which.

    `embeddings` float32[n, d] of length 1; rows of zeros (nothing was read) belong to none.
    The same rows and seed give the same topics. Empty when there are too few texts.
    """
    rows = np.flatnonzero(np.linalg.norm(embeddings, axis=1) > 0.5)
    if len(rows) < FEWEST_TEXTS:
        return _no_topics(embeddings)
    read = embeddings[rows]
    centres = _moved(read, _centres_of(_sampled(read, seed), most))
    centres = _large_enough(read, centres)
    topics = Topics(centres, _radii(read, centres))
    return topics, members(topics, embeddings)


def members(topics: Topics, embeddings: NDArray[np.float32]) -> Membership:
    """Which topic each text belongs to: the nearest, when it is near enough."""
    found = np.full(len(embeddings), NONE, np.int64)
    cosines = np.zeros(len(embeddings), np.float32)
    if not len(topics):
        return Membership(found, cosines)
    for start in range(0, len(embeddings), CHUNK):
        part = slice(start, start + CHUNK)
        likeness = embeddings[part] @ topics.centres.T
        nearest = likeness.argmax(axis=1)
        cosines[part] = np.take_along_axis(likeness, nearest[:, None], 1)[:, 0]
        found[part] = np.where(cosines[part] >= topics.radii[nearest], nearest, NONE)
    return Membership(found, cosines)


def nearest_texts(topics: Topics, membership: Membership, count: int) -> list[NDArray[np.int64]]:
    """For each topic its members nearest to the centre, at most `count`, the nearest first."""
    found = []
    for topic in range(len(topics)):
        rows = np.flatnonzero(membership.topics == topic)
        order = np.argsort(-membership.cosines[rows], kind="stable")
        found.append(rows[order[:count]])
    return found


def coherence(topics: Topics, membership: Membership) -> NDArray[np.float64]:
    """The mean cosine of each topic's members to its centre, float64[k]; 0 without any."""
    inside = membership.topics != NONE
    place = membership.topics[inside]
    sums = np.bincount(place, membership.cosines[inside], minlength=len(topics))
    counts = np.bincount(place, minlength=len(topics))
    return sums / np.maximum(counts, 1)


def _sampled(read: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    if len(read) <= SAMPLE:
        return read
    rows = np.random.default_rng(seed).choice(len(read), SAMPLE, replace=False)
    return read[np.sort(rows)]


def _centres_of(sample: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """The centres at the cut of Ward's tree with the lowest criterion."""
    tree = linkage(sample, "ward")
    cuts = [
        _centres(sample, fcluster(tree, count, "maxclust") - 1)
        for count in _counts(len(sample), most)
    ]
    return min(cuts, key=lambda centres: _criterion(sample, centres))


def _counts(texts: int, most: int) -> list[int]:
    """The numbers of topics that are tried: each about an eighth larger than the last."""
    counts, at = [1], 2.0
    while at <= min(most, texts // FEWEST_MEMBERS):
        counts.append(int(at))
        at = max(at + 1, at * 1.125)
    return sorted(set(counts))


def _criterion(sample: NDArray[np.float32], centres: NDArray[np.float32]) -> float:
    """BIC up to constants and the (cancelling) dimension: n log(spread) + k log n, where the
    spread is the mean of one less the cosine of a text to the nearest centre.
    """
    spread = float(np.mean(1 - (sample @ centres.T).max(axis=1)))
    return len(sample) * np.log(max(spread, SAME)) + len(centres) * np.log(len(sample))


def _centres(read: NDArray[np.float32], topics: NDArray[np.int64]) -> NDArray[np.float32]:
    sums = np.zeros((int(topics.max()) + 1, read.shape[1]), np.float32)
    np.add.at(sums, topics, read)
    return _unit(sums)


def _moved(read: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spherical k-means from these centres, until they stand still."""
    for _ in range(STEPS):
        sums = np.zeros_like(centres)
        for start in range(0, len(read), CHUNK):
            part = read[start : start + CHUNK]
            np.add.at(sums, (part @ centres.T).argmax(axis=1), part)
        kept = np.linalg.norm(sums, axis=1) > STILL
        moved = _unit(sums[kept])
        if len(moved) == len(centres) and np.abs(moved - centres).max() < STILL:
            return moved
        centres = moved
    return centres


def _large_enough(read: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """The centres with enough texts, the one with most first; the largest always stays."""
    counts = np.bincount(_nearest(read, centres), minlength=len(centres))
    order = np.argsort(-counts, kind="stable")
    fewest = max(FEWEST_MEMBERS, int(MEMBERS_SHARE * len(read)))
    kept = [at for at in order if counts[at] >= fewest] or order[:1]
    return centres[kept]


def _radii(read: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    nearest = _nearest(read, centres)
    cosines = np.einsum("nd,nd->n", read, centres[nearest])
    radii = np.full(len(centres), NEAREST, np.float32)
    for topic in range(len(centres)):
        own = cosines[nearest == topic]
        if len(own):
            radii[topic] = own.mean() - DEVIATIONS * own.std()
    return np.clip(radii, FARTHEST, NEAREST).astype(np.float32)


def _nearest(read: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    parts = [
        (read[start : start + CHUNK] @ centres.T).argmax(axis=1)
        for start in range(0, len(read), CHUNK)
    ]
    return np.concatenate(parts)


def _unit(sums: NDArray[np.float32]) -> NDArray[np.float32]:
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


def _no_topics(embeddings: NDArray[np.float32]) -> tuple[Topics, Membership]:
    width = embeddings.shape[1] if embeddings.ndim == 2 else 0
    topics = Topics(np.zeros((0, width), np.float32), np.zeros(0, np.float32))
    return topics, members(topics, embeddings)
