"""Sentiment of Chinese texts: a linear model over hashed character n-grams.

The model tells positive from negative, for its sets are labelled so: P(positive given x) =
sigmoid((w·x + b) / T), x being 1/sqrt(n) for each of the n different n-grams of a text. The
five steps follow from that probability alone. Think of a text as four remarks, each
positive with the same chance q: the number of positive ones, binomial(4, q), is the step,
and q is such that the odds of the two positive steps against the two negative ones are
those of the model. So a label of two kinds keeps its calibrated probability; a text is
neutral between 27 % and 73 %, and "very" begins at 97 %.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load as deserialise
from safetensors.numpy import save as serialise
from scipy.special import expit, logit

from intelligence.engines.characters import Characters, Grams, characters_of, grams_of
from intelligence.engines.contract import Card, Evidence, Prediction, abstention
from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.head_files import WEIGHTS, load_card, read_checked, write_model

TASK = "sentiment-zh"
NOTHING_TO_READ = "there are no words to read"
VALUES = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
CHOOSE = np.array([1.0, 4.0, 6.0, 4.0, 1.0])  # 4 over k
TOP, LONGEST_WORD = 5, 4


@dataclass(frozen=True, slots=True)
class GramWeights:
    """`keys` uint32[k], ascending, of the n-grams that say something; `weights` float32[k]."""

    keys: NDArray[np.uint32]
    weights: NDArray[np.float32]
    bias: float
    temperature: float = 1.0

    def of(self, keys: NDArray[np.uint32]) -> NDArray[np.float32]:
        """The weight of each of these n-grams, 0 where it is unknown."""
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.weights[places], np.float32(0))


@dataclass(frozen=True, slots=True)
class ChineseSentiment:
    """The engine: texts in, opinions in five steps out."""

    card: Card
    weights: GramWeights

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it reads."""
        return self.card.languages

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Calibrated float32[n, 5] over the steps, most negative first."""
        logits = [self._read(text)[2] for text in texts]
        return steps_of(expit(np.array(logits, np.float64)))

    def predictions(self, texts: Sequence[str]) -> list[Prediction]:
        """One opinion a text, with the words that decided."""
        return [self._prediction(text) for text in texts]

    def _read(self, text: str) -> tuple[Characters, Grams, float]:
        """Characters, n-grams and calibrated log-odds of positive."""
        characters = characters_of(text)
        grams = grams_of(characters)
        different = np.unique(grams.keys)
        total = self.weights.of(different).sum() / np.sqrt(max(len(different), 1))
        return characters, grams, float(total + self.weights.bias) / self.weights.temperature

    def _prediction(self, text: str) -> Prediction:
        characters, grams, log_odds = self._read(text)
        if not any(chr(code).isalnum() for code in characters.codes):
            return abstention(NOTHING_TO_READ)
        (steps,) = steps_of(np.array([expit(log_odds)]))
        best = int(steps.argmax())
        direction = 1.0 if log_odds >= 0 else -1.0
        shares = self._shares(grams, len(characters.codes)) * direction
        return Prediction(
            label=self.card.labels[best],
            probability=float(steps[best]),
            distribution=dict(zip(self.card.labels, map(float, steps), strict=True)),
            evidence=_words(text, characters, shares),
            score=float(steps @ VALUES),
        )

    def _shares(self, grams: Grams, count: int) -> NDArray[np.float64]:
        """What each character added to the log-odds; float64[characters].

        An n-gram counts once a text: its places share it, and in each its characters do.
        """
        different, inverse, times = np.unique(grams.keys, return_inverse=True, return_counts=True)
        gains = self.weights.of(different) / np.sqrt(len(different)) / times
        lengths = grams.last - grams.first + 1
        per_character = (gains / self.weights.temperature)[inverse] / lengths
        ends = np.zeros(count + 1)
        np.add.at(ends, grams.first, per_character)
        np.add.at(ends, grams.last + 1, -per_character)
        return np.cumsum(ends)[:count]


def steps_of(positive: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """float32[n, 5] from P(positive), float[n]; see the head of this module."""
    chance = np.linspace(1e-6, 1 - 1e-6, 4001)
    odds = 3 * logit(chance) + np.log((4 - 3 * chance) / (1 + 3 * chance))
    wanted = logit(np.clip(positive, 1e-12, 1 - 1e-12))
    q = np.interp(wanted, odds, chance)[:, None]
    kinds = np.arange(5)
    return (CHOOSE * q**kinds * (1 - q) ** (4 - kinds)).astype(np.float32)


def save_chinese(engine: ChineseSentiment, folder: Path) -> ChineseSentiment:
    """Write the engine; returns it with the sha256 of what was written on its card."""
    own = engine.weights
    tensors: dict[str, Any] = {
        "keys": np.ascontiguousarray(own.keys, np.uint32),
        "weights": np.ascontiguousarray(own.weights, np.float16),
    }
    meta = {"bias": own.bias, "temperature": own.temperature}
    content = serialise(tensors, metadata={"head": json.dumps(meta, sort_keys=True)})
    return ChineseSentiment(write_model(folder, content, engine.card), own)


def load_chinese(folder: Path) -> ChineseSentiment:
    """Read the engine. Raises MissingWeightsError or RefusedWeightsError."""
    card = load_card(folder)
    tensors = deserialise(read_checked(folder / WEIGHTS, card.sha256))
    try:
        with safe_open(folder / WEIGHTS, framework="numpy") as file:
            meta: dict[str, float] = json.loads(file.metadata()["head"])
        weights = tensors["weights"].astype(np.float32)
        return ChineseSentiment(card, GramWeights(tensors["keys"], weights, **meta))
    except (SafetensorError, TypeError, KeyError, ValueError) as error:
        raise RefusedWeightsError(f"{folder / WEIGHTS} is no Chinese head: {error}") from error


def _words(text: str, characters: Characters, shares: NDArray[np.float64]) -> tuple[Evidence, ...]:
    """The strongest stretches of 1 to `LONGEST_WORD` characters, none over another.

    A stretch is as strong as its share by the root of its length, so that it ends where
    the next character adds less than its part.
    """
    sums = np.concatenate(([0.0], np.cumsum(shares)))
    candidates = [
        (abs(sums[start + length] - sums[start]) / np.sqrt(length), start, length)
        for length in range(1, LONGEST_WORD + 1)
        for start in range(len(shares) - length + 1)
        if _together(characters, start, length)
    ]
    free = np.ones(len(shares), bool)
    found: list[Evidence] = []
    for _, first, length in sorted(candidates, reverse=True):
        if len(found) == TOP:
            break
        if free[first : first + length].all():
            free[first : first + length] = False
            found.append(_evidence(text, characters, first, length, sums))
    return tuple(sorted(found, key=lambda item: -abs(item.weight)))


def _together(characters: Characters, first: int, length: int) -> bool:
    """Whether these characters are letters or ideographs that stand side by side."""
    last = first + length - 1
    near = characters.places[last] - characters.places[first] == length - 1
    return bool(near) and all(chr(code).isalnum() for code in characters.codes[first : last + 1])


def _evidence(
    text: str, characters: Characters, first: int, length: int, sums: NDArray[np.float64]
) -> Evidence:
    start, end = int(characters.places[first]), int(characters.places[first + length - 1]) + 1
    weight = float(sums[first + length] - sums[first])
    return Evidence(kind="word", name=text[start:end], weight=weight, start=start, end=end)
