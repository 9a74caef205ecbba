"""Words of a text, and its word pairs hashed to a fixed number of buckets.

Beside the embedding, which knows meaning, a head may read the very words: on support
messages and short reviews they carry as much. Hashing needs no vocabulary file (Weinberger
et al. 2009, https://arxiv.org/abs/0902.2206).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

MAX_WORDS = 400
# Chinese and Japanese set no spaces: there a character is a word. What has no end (a text
# may be one word of megabytes) is cut, for words are shown as evidence.
CHARACTER = "぀-ヿ㐀-鿿"
LETTERS = rf"[^\W\d_{CHARACTER}]{{1,64}}"
WORD = re.compile(
    rf"[{CHARACTER}]|{LETTERS}(?:['’]{LETTERS}){{0,3}}|\d{{1,64}}|[!?]{{1,64}}"
    r"|[\U0001f300-\U0001faff☀-➿]"
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text and where they stand: text[start:end] == name."""

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def words_of(text: str) -> Words:
    """The first `MAX_WORDS` words, Chinese characters, numbers, runs of ! and ?, emoji."""
    found = []
    for match in WORD.finditer(text):
        found.append((match.group(), match.start(), match.end()))
        if len(found) == MAX_WORDS:
            break
    names, starts, ends = zip(*found, strict=True) if found else ((), (), ())
    return Words(tuple(names), np.array(starts, np.int64), np.array(ends, np.int64))


def buckets_of(words: Words, buckets: int) -> list[tuple[int, int, int]]:
    """(bucket, first word, last word) of every word and every pair of neighbours."""
    plain = [_plain(name) for name in words.names]
    singles = [(crc32(name.encode()) % buckets, i, i) for i, name in enumerate(plain)]
    pairs = [
        (crc32(f"{plain[i]} {plain[i + 1]}".encode()) % buckets, i, i + 1)
        for i in range(len(plain) - 1)
    ]
    return singles + pairs


def gram_matrix(texts: Sequence[str], buckets: int) -> csr_array:
    """One row per text: `strengths` of the buckets that occur, so that it has length 1."""
    rows = [
        np.unique([bucket for bucket, _, _ in buckets_of(words_of(text), buckets)],
                  return_counts=True)
        for text in texts
    ]  # fmt: skip
    starts = np.concatenate(([0], np.cumsum([len(found) for found, _ in rows]))).astype(np.int64)
    values = [strengths(counts).astype(np.float32) for _, counts in rows]
    indices = [found.astype(np.int64) for found, _ in rows]
    return csr_array(
        (np.concatenate([np.zeros(0, np.float32), *values]),
         np.concatenate([np.zeros(0, np.int64), *indices]), starts),
        shape=(len(texts), buckets),
    )  # fmt: skip


def strengths(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """How strongly buckets count that occur so often in a text: as 1 + log n, scaled to
    length 1. A word said five times says more than one said once, not five times as much.
    """
    raw = 1 + np.log(counts)
    return raw / np.sqrt(max(float(raw @ raw), 1.0))


def _plain(name: str) -> str:
    lowered = name.lower().replace("’", "'")
    if lowered[0].isdigit():
        return "0"
    return lowered[0] if lowered[0] in "!?" else lowered
