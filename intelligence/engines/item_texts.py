"""Item texts as numbers: meaning from the embeddings, names and models from the words.

A name ("Pokemon", "PS4") decides more than its meaning, so that words stand beside the
embedding: term frequency times inverse document frequency of words and pairs of words,
hashed, in low rank (latent semantic analysis, Deerwester et al. 1990,
https://doi.org/10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from intelligence.engines.co_purchase import low_rank

WORD = re.compile(r"\w+")
BUCKETS = 1 << 18
MEANING_RANK = 256
WORDS_RANK = 256
# Between plain co-ordinates (1) and whitened ones (0).
SPECTRUM_POWER = 0.5
BATCH = 1024


def text_features(
    embeddings: NDArray[np.float32], words: Sequence[str], seed: int
) -> NDArray[np.float32]:
    """float32[items, k], on average of length 1; rows of 0 for items without a text, and
    no columns where no item has any. `words` may be empty: then only meaning counts.
    """
    parts = [_meaning(embeddings), _words(words, seed)]
    wide = [_of_length_one(part) for part in parts if part is not None]
    if not wide:
        return np.zeros((len(embeddings), 0), np.float32)
    return np.hstack(wide) / np.float32(np.sqrt(len(wide)))


def principal(features: NDArray[np.float32], rank: int) -> NDArray[np.float32]:
    """The `rank` strongest directions of features, float32[items, <= rank]."""
    _, directions = np.linalg.eigh(features.T @ features)
    return np.asarray(features @ directions[:, ::-1][:, :rank], np.float32)


def nearest(
    asked: NDArray[np.float32],
    known: NDArray[np.float32],
    count: int,
    sharpness: float,
    own: NDArray[np.int64] | None = None,
) -> tuple[csr_array, NDArray[np.float32]]:
    """Weights float32[asked, known] of the `count` nearest by cosine, each row summing to
    1 (or to 0: nothing alike), where cosines count to the power of `sharpness`; and the
    cosine of the nearest, float32[asked], 0 at least. `own` int[asked] is the row of
    `known` that an asked one is itself and must not find, or -1.
    """
    count = min(count, len(known))
    if not count:
        return csr_array((len(asked), 0), dtype=np.float32), np.zeros(len(asked), np.float32)
    left, right = _rows_of_length_one(asked), _rows_of_length_one(known)
    columns, cosine_parts = [np.empty((0, count), np.int64)], [np.empty((0, count), np.float32)]
    for begin in range(0, len(asked), BATCH):
        cosines = left[begin : begin + BATCH] @ right.T
        if own is not None:
            mine = own[begin : begin + BATCH]
            cosines[np.flatnonzero(mine >= 0), mine[mine >= 0]] = 0
        # a copy, for the view would keep the order of all that are known
        best = np.argpartition(-cosines, count - 1, axis=1)[:, :count].copy()
        columns.append(best)
        cosine_parts.append(np.maximum(np.take_along_axis(cosines, best, axis=1), 0))
    column, cosine = np.concatenate(columns), np.concatenate(cosine_parts)
    weight = cosine**sharpness
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    ends = np.arange(0, len(asked) * count + 1, count)
    found = csr_array((weight.ravel(), column.ravel(), ends), shape=(len(asked), len(known)))
    return found, cosine.max(axis=1)


def _meaning(embeddings: NDArray[np.float32]) -> NDArray[np.float32] | None:
    written = np.any(embeddings != 0, axis=1)
    if not written.any():
        return None
    centred = np.where(written[:, None], embeddings - embeddings[written].mean(axis=0), 0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    return np.asarray((left * strength**SPECTRUM_POWER)[:, :MEANING_RANK], np.float32)


def _words(texts: Sequence[str], seed: int) -> NDArray[np.float32] | None:
    counts = _term_counts(texts)
    if not counts.nnz:
        return None
    left, _ = low_rank(counts, min(WORDS_RANK, len(texts)), seed)  # scaled by strength ** 0.5
    return np.asarray(left, np.float32)


def _term_counts(texts: Sequence[str]) -> csr_array:
    """Weighted terms float32[texts, terms] of those that stand in two texts or more."""
    found = [sorted({crc32(term.encode()) % BUCKETS for term in _terms(text)}) for text in texts]
    column = np.array([term for terms in found for term in terms], np.int64)
    ends = np.concatenate([[0], np.cumsum([len(terms) for terms in found])]).astype(np.int64)
    standing = np.bincount(column, minlength=BUCKETS)
    kept = np.flatnonzero(standing >= 2)
    shape = (len(texts), BUCKETS)
    present = csr_array((np.ones(len(column), np.float32), column, ends), shape=shape)[:, kept]
    rarity = np.log((1 + len(texts)) / (1 + standing[kept])) + 1
    weighted = present @ diags_array(rarity.astype(np.float32))
    lengths = np.sqrt(np.maximum(weighted.multiply(weighted).sum(axis=1), 1e-12))
    return csr_array(diags_array((1 / lengths).astype(np.float32)) @ weighted)


def _terms(text: str) -> Iterator[str]:
    words = WORD.findall(text.lower())
    yield from words
    yield from (f"{one} {two}" for one, two in pairwise(words))


def _of_length_one(part: NDArray[np.float32]) -> NDArray[np.float32]:
    typical = np.sqrt(np.maximum((part**2).sum(axis=1).mean(), 1e-12))
    return np.asarray(part / typical, np.float32)


def _rows_of_length_one(part: NDArray[np.float32]) -> NDArray[np.float32]:
    return part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), np.float32(1e-12))
