"""Labelled texts to train a head on, one set for each origin."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intelligence.evaluation.texts import Question

TENTHS = 10
MEASURED = 0


@dataclass(frozen=True, slots=True)
class TextSet:
    """Texts of one origin with their answers (see `Question`).

    `share` is the weight of the whole set beside the others; within it every answer has
    the same, however many rows it has, or where it is not `balanced` every row. Of a
    `measured` set a tenth stays out of training and gives the figures on the card. A
    `typical` set is as hard as what customers write, so that its rows can tell how sure a
    head may be; generated texts are not. At most `rows_of_answer` rows of each answer are
    trained on.
    """

    name: str
    licence: str
    question: Question
    share: float = 1.0
    measured: bool = True
    typical: bool = True
    rows_of_answer: int | None = None
    balanced: bool = True

    def __len__(self) -> int:
        return len(self.question.texts)

    def learnt(self) -> TextSet:
        """The rows that are trained on."""
        rest = self.where(~self._held_out())
        return rest if self.rows_of_answer is None else rest.at_most(self.rows_of_answer)

    def held_out(self) -> TextSet:
        """The rows that are measured on and never trained on."""
        return self.where(self._held_out())

    def sample(self, rows: int) -> TextSet:
        """Up to so many rows, chosen by the texts alone."""
        order = sorted(range(len(self)), key=lambda row: digest(self.question.texts[row]))
        chosen = np.zeros(len(self), bool)
        chosen[order[:rows]] = True
        return self.where(chosen)

    @property
    def row_weights(self) -> NDArray[np.float32]:
        """float32[n], summing to `share`."""
        if not self.balanced:
            return np.full(len(self), self.share / max(1, len(self)), np.float32)
        counts = np.bincount(self.question.truth)[self.question.truth]
        kinds = max(1, len(np.unique(self.question.truth)))
        return (self.share / kinds / counts).astype(np.float32)

    @property
    def tenths(self) -> NDArray[np.int64]:
        """The tenth of each text, 0 to 9, by the text alone: copies stay together."""
        return np.array([tenth_of(text) for text in self.question.texts], np.int64)

    def at_most(self, rows: int) -> TextSet:
        """So many texts of each answer at most, chosen by the texts alone."""
        truth, texts = self.question.truth, self.question.texts
        order = sorted(range(len(self)), key=lambda row: (truth[row], digest(texts[row])))
        starts = np.cumsum(np.bincount(truth)) - np.bincount(truth)
        ranks = np.empty(len(self), np.int64)
        ranks[order] = np.arange(len(self)) - starts[truth[order]]
        return self.where(ranks < rows)

    def where(self, mask: NDArray[np.bool_]) -> TextSet:
        """The rows that `mask` bool[n] chooses."""
        rows = np.flatnonzero(mask)
        texts = tuple(self.question.texts[row] for row in rows)
        question = replace(self.question, texts=texts, truth=self.question.truth[rows])
        return replace(self, question=question)

    def _held_out(self) -> NDArray[np.bool_]:
        return (self.tenths == MEASURED) & self.measured


def tenth_of(text: str) -> int:
    """A stable number from 0 to 9."""
    return digest(text) % TENTHS


def digest(text: str) -> int:
    """A stable number of a text; case and spaces do not matter."""
    plain = " ".join(text.lower().split()).encode("utf-8", "replace")
    return int(hashlib.sha256(plain).hexdigest(), 16)
