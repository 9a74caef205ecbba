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
    """One row per text: presence of each bucket, scaled so that the row has length 1."""
    rows = [
        sorted({bucket for bucket, _, _ in buckets_of(words_of(text), buckets)}) for text in texts
    ]
    counts = np.array([len(row) for row in rows], np.int64)
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    indices = np.array([bucket for row in rows for bucket in row], np.int64)
    starts = np.concatenate(([0], np.cumsum(counts)))
    return csr_array((values, indices, starts), shape=(len(texts), buckets))


def _plain(name: str) -> str:
    lowered = name.lower().replace("’", "'")
    if lowered[0].isdigit():
        return "0"
    return lowered[0] if lowered[0] in "!?" else lowered
