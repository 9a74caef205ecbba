"""A text with the same places in plain letters, so that one pattern finds every writing."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

DASHES = "‐‑‒–—−﹣－"
QUOTES = {"’": "'", "‘": "'", "＇": "'", "“": '"', "”": '"'}


def folded(text: str) -> str:
    """Full-width characters and accents as plain ones, character by character: the result is
    as long as the text, so that a place in one is the same place in the other.
    """
    return text if text.isascii() else "".join(map(_plain, text))


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    if character in DASHES:
        return "-"
    if character in QUOTES:
        return QUOTES[character]
    if character.isspace():
        return character if character == "\n" else " "
    plain = unicodedata.normalize("NFKD", character)
    first = plain[0]
    return first if len(plain) == 1 or unicodedata.combining(plain[1]) else character
