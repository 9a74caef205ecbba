"""The words of a text that say something: what two texts are compared by.

Searching takes `lexical_terms`: there all words count, by how rare each is among very many
passages. Two texts tell no rarity, so the words that say nothing are left out by a list.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

from intelligence.engines.characters import simplified
from intelligence.engines.lexical_terms import DEFAULT, pairs_of, stem

TABLE = Path(__file__).with_name("stop_words.txt")
IDEOGRAPHS = re.compile(r"[㐀-鿿]+")
WORD = re.compile(r"[㐀-鿿]+|[^\W_㐀-鿿]+")
LETTERS = re.compile(r"[^\W\d_]{2,}")


def content_words(text: str) -> Counter[str]:
    """The words of a text in lower case without stop words, and the pairs of neighbouring
    ideographs of Chinese, which sets no spaces, read as simplified; one that stands alone is
    a word.
    """
    found: Counter[str] = Counter()
    stop = stop_words()
    for word in WORD.findall(simplified(text.lower())):
        if IDEOGRAPHS.match(word):
            found.update(pairs_of(word) or [word])
        elif word not in stop:
            found[word] += 1
    return found


def content_stems(text: str) -> frozenset[str]:
    """The English stems of these words, numbers left out, and the pairs."""
    found: set[str] = set()
    for word in content_words(text):
        if IDEOGRAPHS.match(word):
            found.update([word] if len(word) > 1 else ())
        else:
            letters = (part for part in LETTERS.findall(word) if part not in stop_words())
            found.update(_singular(stem(part, DEFAULT)) for part in letters)
    return frozenset(found)


@cache
def stop_words() -> frozenset[str]:
    """Words of some languages and Chinese characters that say nothing about a topic."""
    *spaced, chinese = (
        line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")
    )
    return frozenset(" ".join(spaced).split()) | frozenset(chinese)


def _singular(stemmed: str) -> str:
    """Knives and knife are one thing: Snowball leaves "knive" and "knife"."""
    if stemmed.endswith("ve"):
        return stemmed[:-2] + "f"
    return stemmed[:-1] if stemmed.endswith("fe") else stemmed
