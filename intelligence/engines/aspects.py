"""What a text says of single aspects: where each is mentioned, and how that sounds.

A mention is found by the keywords that the shop keeps for an aspect, in any form of the
word. How it sounds is told by an `AspectReader`; this module only joins the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.contract import Card
from intelligence.engines.sentences import Span, sentences_of

POLARITIES = ("negative", "neutral", "positive")
VALUES = np.array([-1.0, 0.0, 1.0])
# What lies beyond is read by no model either, and nobody reads a hundred marks.
MAX_CHARACTERS, MAX_MENTIONS = 20_000, 100
VOWELS = "aeiou"
IDEOGRAPH = re.compile("[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Mention:
    """`aspect` is named by text[start:end], in the sentence that is given likewise."""

    aspect: str
    sentence: Span
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JudgedMention:
    """A mention and how it sounds: one of POLARITIES, its probability, and the score from
    -1 to 1. `card` describes the model that said so.
    """

    mention: Mention
    polarity: str
    probability: float
    score: float
    card: Card


class AspectReader(Protocol):
    """Tells how given places of texts sound."""

    @property
    def card(self) -> Card:
        """The model that speaks."""
        ...

    def polarity(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[NDArray[np.float32]]:
        """For each text float32[spans, 3]: the probabilities of POLARITIES at each span."""
        ...


class MentionFinder:
    """Finds the mentions of aspects, given their keywords by aspect.

    Where keywords overlap the longest counts; a keyword of two aspects speaks for both.
    """

    def __init__(self, keywords: Mapping[str, Sequence[str]]) -> None:
        self._aspects: dict[str, list[str]] = {}
        for aspect, words in keywords.items():
            for word in words:
                for form in forms_of(word):
                    named = self._aspects.setdefault(form, [])
                    if aspect not in named:
                        named.append(aspect)
        self._pattern = _pattern(list(self._aspects)) if self._aspects else None

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, in order, at most `MAX_MENTIONS`."""
        if self._pattern is None:
            return []
        read = text[:MAX_CHARACTERS]
        found = [
            Mention(aspect, sentence, *match.span())
            for sentence in sentences_of(read)
            for match in self._pattern.finditer(read, *sentence)
            for aspect in self._aspects[_plain(match.group())]
        ]
        return found[:MAX_MENTIONS]


def judge(
    texts: Sequence[str], finder: MentionFinder, readers: Sequence[AspectReader | None]
) -> list[list[JudgedMention]]:
    """The judged mentions of each text, by the reader for it (None: it is left out)."""
    judged: list[list[JudgedMention]] = [[] for _ in texts]
    found = [
        finder.find(text) if reader else [] for text, reader in zip(texts, readers, strict=True)
    ]
    for reader in {id(reader): reader for reader in readers if reader}.values():
        rows = [row for row, own in enumerate(readers) if own is reader and found[row]]
        spans = [[(mention.start, mention.end) for mention in found[row]] for row in rows]
        told = reader.polarity([texts[row] for row in rows], spans) if rows else []
        for row, probabilities in zip(rows, told, strict=True):
            judged[row] = [
                _judged(mention, p, reader.card)
                for mention, p in zip(found[row], probabilities, strict=True)
            ]
    return judged


def forms_of(keyword: str) -> list[str]:
    """A keyword in lower case, and the English forms of its last word: deliver, delivers,
    delivered, delivering. Chinese words have one form.
    """
    plain = _plain(keyword)
    if not plain[-1:].isascii() or not plain[-1:].isalpha():
        return [plain] if plain else []
    return [plain, *_inflected(plain)]


def _inflected(word: str) -> list[str]:
    if word.endswith("e"):
        return [word + "s", word + "d", word[:-1] + "ing"]
    if word.endswith("y") and word[-2:-1] not in VOWELS:
        return [word[:-1] + "ies", word[:-1] + "ied", word + "ing"]
    stem = word + word[-1] if _doubles(word) else word
    plural = "es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s"
    return [word + plural, stem + "ed", stem + "ing"]


def _doubles(word: str) -> bool:
    """Whether the last consonant is doubled before -ed: fit, ship, wrap."""
    last = word.split()[-1][-3:]
    return (
        len(last) == 3
        and last[0] not in VOWELS
        and last[1] in VOWELS
        and last[2] not in VOWELS + "wxy"
        and len(word.split()[-1]) <= 4
    )


def _pattern(forms: Sequence[str]) -> re.Pattern[str]:
    """Any of the forms, the longest first; words in letters stand by themselves."""
    longest_first = sorted(forms, key=len, reverse=True)
    words = [form for form in longest_first if not IDEOGRAPH.search(form)]
    escaped = [r"[\s-]+".join(map(re.escape, form.split())) for form in words]
    chinese = [re.escape(form) for form in longest_first if IDEOGRAPH.search(form)]
    alone = [rf"(?<![a-z0-9_])(?:{'|'.join(escaped)})(?![a-z0-9_])"] if words else []
    return re.compile("|".join(alone + chinese), re.IGNORECASE)


def _plain(words: str) -> str:
    return " ".join(words.lower().replace("-", " ").split())


def _judged(mention: Mention, probabilities: NDArray[np.float32], card: Card) -> JudgedMention:
    best = int(probabilities.argmax())
    score = float(probabilities @ VALUES)
    return JudgedMention(mention, POLARITIES[best], float(probabilities[best]), score, card)
