"""Which passages a question is about: words and meaning, weighed together.

The score of a passage is a sum of features with weights learnt for the question's language
(`weights/retrieval/weights.json`), put through the logistic function. The features:

    lexical   BM25 by the most that a passage could score
    cosine    of the question's embedding and the passage's
    sentence  the highest cosine of the question and one sentence of the passage
    window    of what the question's terms are worth, the share that two neighbouring
              sentences hold at once
    pairs     of what its pairs of neighbouring terms are worth, the share that stands side
              by side in the passage

The first two order all passages (the database has both); the others are read of the few
that these put first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.lexical_terms import AskedTerms

CARD = Path(__file__).with_name("weights") / "retrieval" / "weights.json"
FEATURES = ("lexical", "cosine", "sentence", "window", "pairs")
FIRST = ("lexical", "cosine")  # what the database tells of every passage


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts, float64[5], and the constant that is added; `first` are those
    of the first two features where only these are known.
    """

    all: NDArray[np.float64]
    bias: float
    first: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Words:
    """The terms of a passage as features see them: those of each two neighbouring sentences,
    and the pairs of neighbouring terms.
    """

    windows: tuple[frozenset[str], ...]
    pairs: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be it: its BM25, its cosine to the question, float[k] the cosines
    of its sentences (may be empty), and its words.
    """

    lexical: float
    cosine: float
    sentence_cosines: NDArray[np.floating]
    words: Words


def words_of(sentences: Sequence[Sequence[str]]) -> Words:
    """The words of a passage, whose sentences are given by their terms in order."""
    sets = [frozenset(sentence) for sentence in sentences]
    windows = tuple(one | two for one, two in pairwise(sets))
    pairs = (pair for one in sentences for pair in pairwise(one))
    return Words(windows or tuple(sets), frozenset(pairs))


def first_scores(
    lexical: NDArray[np.floating], cosine: NDArray[np.floating], most: float, language: str
) -> NDArray[np.float64]:
    """What orders passages before their texts are looked at; higher is better."""
    weights = weights_for(language).first
    return np.asarray(weights[0] * lexical / max(most, 1e-9) + weights[1] * cosine, np.float64)


def scores(
    asked: AskedTerms, candidates: Sequence[Candidate], language: str
) -> NDArray[np.float64]:
    """How sure it is that each passage is the one, in (0, 1); float64[n], in order."""
    if not candidates:
        return np.zeros(0)
    weights = weights_for(language)
    table = np.array([features(asked, candidate) for candidate in candidates])
    return np.asarray(1 / (1 + np.exp(-(table @ weights.all + weights.bias))))


def features(asked: AskedTerms, candidate: Candidate) -> list[float]:
    """The features of one passage, in the order of `FEATURES`."""
    worth = dict(zip(asked.terms, asked.worth.tolist(), strict=True))
    return [
        candidate.lexical / max(asked.most, 1e-9),
        candidate.cosine,
        float(candidate.sentence_cosines.max(initial=candidate.cosine)),
        _best_window(worth, candidate.words),
        _pairs_side_by_side(worth, candidate.words),
    ]


def _best_window(worth: Mapping[str, float], words: Words) -> float:
    total = sum(worth.values())
    held = (sum(worth[term] for term in worth if term in window) for window in words.windows)
    return max(held, default=0.0) / max(total, 1e-9)


def _pairs_side_by_side(worth: Mapping[str, float], words: Words) -> float:
    pairs = list(pairwise(worth))
    wanted = {pair: worth[pair[0]] + worth[pair[1]] for pair in pairs}
    found = sum(weight for pair, weight in wanted.items() if pair in words.pairs)
    return found / max(sum(wanted.values()), 1e-9)


def weights_for(language: str) -> Weights:
    """The weights for questions in a language; those of English for one without its own.

    A language with "-reply" after it asks for those of passages that are people's replies to
    questions: they repeat few of the question's words.
    """
    known = _card()
    return known.get(language) or known.get(language.removesuffix("-reply")) or known["en"]


@cache
def _card() -> Mapping[str, Weights]:
    content = json.loads(CARD.read_text("utf-8"))
    return {
        language: Weights(
            np.array([own["all"][name] for name in FEATURES]),
            float(own["bias"]),
            np.array([own["first"][name] for name in FIRST]),
        )
        for language, own in content["weights"].items()
    }
