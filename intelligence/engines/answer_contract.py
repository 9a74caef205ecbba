"""What a reader of answers gives: one reading of each passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reading:
    """The best span that answers the question in one passage.

    `start` and `end` are characters of the passage, `text` what stands there; `score` is the
    logit of the span (start plus end), `no_answer` that of "the passage does not say".
    """

    text: str
    start: int
    end: int
    score: float
    no_answer: float

    @property
    def margin(self) -> float:
        """How much likelier the span is than no answer, in logits."""
        return self.score - self.no_answer


class AnswerReader(Protocol):
    """An extractive reader: a question and passages in, a reading of each passage out."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def version(self) -> str:
        """What tells it from others."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The languages that it reads, by ISO 639-1."""
        ...

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """One reading of each passage, in order."""
        ...
