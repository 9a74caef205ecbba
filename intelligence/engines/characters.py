"""Chinese texts as characters and their n-grams, each hashed to a number.

Chinese sets no spaces and its words have one to four characters, so n-grams of that
length hold the words without a dictionary. Traditional characters are read as the
simplified ones that stand for them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).with_name("traditional.txt")
LONGEST = 4
# A review has some hundred characters; what lies beyond is a document.
MAX_CHARACTERS = 20_000
# Knuth's multiplicative hashing: odd constants near 2^64 times the golden ratio.
STEP, SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95)


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of a text as they are read, without spaces: `codes` uint64[n], and
    `places` int64[n], where each stands in the text.
    """

    codes: NDArray[np.uint64]
    places: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grams:
    """Every n-gram of a text: its `keys` uint32[m], and the places of its first and last
    character among the `Characters`, int64[m].
    """

    keys: NDArray[np.uint32]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def characters_of(text: str) -> Characters:
    """The first `MAX_CHARACTERS`, simplified, in lower case and of normal width."""
    plain = [_plain(character) for character in text[:MAX_CHARACTERS]]
    places = [at for at, character in enumerate(plain) if character]
    codes = [ord(plain[at]) for at in places]
    return Characters(np.array(codes, np.uint64), np.array(places, np.int64))


def grams_of(characters: Characters) -> Grams:
    """The n-grams of 1 to `LONGEST` characters."""
    codes = characters.codes
    keys, first, last = [], [], []
    hashed = np.zeros(len(codes), np.uint64)
    for length in range(1, min(LONGEST, len(codes)) + 1):
        starts = len(codes) - length + 1
        hashed = (hashed[:starts] + codes[length - 1 :] + np.uint64(length)) * STEP
        hashed ^= hashed >> np.uint64(29)
        keys.append(((hashed * SPREAD) >> np.uint64(32)).astype(np.uint32))
        first.append(np.arange(starts))
        last.append(np.arange(starts) + length - 1)
    if not keys:
        return Grams(np.zeros(0, np.uint32), np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Grams(np.concatenate(keys), np.concatenate(first), np.concatenate(last))


def simplified(text: str) -> str:
    """The text with traditional characters as simplified ones; its length stays."""
    return text.translate(_table())


@cache
def _table() -> dict[int, int]:
    lines = TABLE.read_text("utf-8").splitlines()
    traditional, simple = (line for line in lines if not line.startswith("#"))
    return dict(zip(map(ord, traditional), map(ord, simple), strict=True))


@cache
def _plain(character: str) -> str:
    """One character as it is read; "" for spaces and what cannot be seen."""
    folded = unicodedata.normalize("NFKC", character).lower()[:1]
    if folded.isspace() or unicodedata.category(folded or " ") in {"Cc", "Cf", "Zs"}:
        return ""
    return folded.translate(_table())
