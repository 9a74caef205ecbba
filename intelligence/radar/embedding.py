"""How alike texts are: by the reader's embeddings where it reads the language, else by words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.content_words import IDEOGRAPHS
from intelligence.engines.contradictions import SPEAKING
from intelligence.engines.gathering import Likeness, cosines, lexical_likeness
from intelligence.loaded import text_reader

SAME_QUESTION, SAME_WORDS = 0.55, 0.25  # likeness of texts about one matter
SAME_SENTENCE, SAME_SENTENCE_WORDS = 0.80, 0.50  # of sentences that say the same
CHINESE_SHARE = 0.2  # of the characters


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """float32[n, d], rows of length 1. Raises WeightsError."""
    if not texts:
        return np.zeros((0, 0), np.float32)
    readings = text_reader().read(texts, [set()] * len(texts))
    return np.stack([reading.embedding for reading in readings]).astype(np.float32)


def likeness_of(texts: Sequence[str], language: str) -> Likeness:
    """float32[n, n]."""
    return cosines(embed(texts)) if language in SPEAKING else lexical_likeness(texts)


def same_matter(language: str) -> float:
    """The likeness from which on two texts are about one matter."""
    return SAME_QUESTION if language in SPEAKING else SAME_WORDS


def same_sentence(language: str) -> float:
    """The likeness from which on two sentences say the same."""
    return SAME_SENTENCE if language in SPEAKING else SAME_SENTENCE_WORDS


def script_of(text: str, default: str = "en") -> str:
    """`zh` where many characters are Chinese, else the default: which of the two ways of
    reading a text is for.
    """
    ideographs = sum(map(len, IDEOGRAPHS.findall(text)))
    return "zh" if ideographs > CHINESE_SHARE * max(1, len(text)) else default
