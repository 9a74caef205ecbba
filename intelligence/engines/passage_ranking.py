"""Which passages a question is about: words and meaning, weighed together.

The score of a passage is a sum of features with weights learnt for the question's language
(`weights/retrieval/card.json`), put through the logistic function. The features:

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
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.lexical_terms import AskedTerms

CARD = Path(__file__).with_name("weights") / "retrieval" / "card.json"
FEATURES = ("lexical", "cosine", "sentence", "window", "pairs")
FIRST = ("lexical", "cosine")  # what the database tells of every passage
BLIND = "zh"  # languages whose script the default encoder cannot read weigh words alone


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts, float64[5], and the constant that is added; `first` are those
    of the first two features where only these are known.
    """

    all: NDArray[np.float64]
    bias: float
    first: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be it. `lexical` is BM25, `sentences` the terms of each sentence,
    `sentence_cosines` float[k] how near the question each of its sentences is (may be empty).
    """

    lexical: float
    cosine: float
    sentences: Sequence[Sequence[str]]
    sentence_cosines: NDArray[np.floating]


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
    nearest = float(candidate.sentence_cosines.max(initial=-1.0))
    return [
        candidate.lexical / max(asked.most, 1e-9),
        candidate.cosine,
        max(nearest, candidate.cosine) if len(candidate.sentence_cosines) else candidate.cosine,
        _best_window(asked, candidate.sentences),
        _pairs_side_by_side(asked, candidate.sentences),
    ]


def _best_window(asked: AskedTerms, sentences: Sequence[Sequence[str]]) -> float:
    worth = dict(zip(asked.terms, asked.worth, strict=True))
    held = [worth.keys() & set(sentence) for sentence in sentences]
    windows = [one | two for one, two in zip(held, [*held[1:], set()], strict=False)]
    best = max((sum(worth[term] for term in window) for window in windows), default=0.0)
    return float(best / max(asked.worth.sum(), 1e-9))


def _pairs_side_by_side(asked: AskedTerms, sentences: Sequence[Sequence[str]]) -> float:
    worth = dict(zip(asked.terms, asked.worth, strict=True))
    wanted = {
        pair: worth[pair[0]] + worth[pair[1]]
        for pair in zip(asked.terms, asked.terms[1:], strict=False)
    }
    found = {
        pair
        for sentence in sentences
        for pair in zip(sentence, sentence[1:], strict=False)
        if pair in wanted
    }
    return sum(wanted[pair] for pair in found) / max(sum(wanted.values()), 1e-9)


def weights_for(language: str) -> Weights:
    """The weights for questions in a language; those of English for one without its own."""
    known = _card()
    return known.get(language) or known["en"]


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
