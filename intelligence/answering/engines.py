"""The models behind answers, all in one place: what finds passages, reads them and chooses.

Everything is loaded on first use, in workers alone. `ENGINES["answering"]` names another set
by dotted path, as for all engines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from customers.models import Passage
from intelligence.engines import sentence_answers
from intelligence.engines.answer_contract import AnswerReader, Reading


class Found(Protocol):
    """A passage that was found, and how well it fits, in [0, 1]."""

    @property
    def passage(self) -> Passage:
        """The passage."""
        ...

    @property
    def score(self) -> float:
        """How well it fits."""
        ...


class Chosen(Protocol):
    """Which reading is the answer, and how sure that is: one share for each, "none" last."""

    @property
    def best(self) -> int | None:
        """The place of the best reading; None where none is likely."""
        ...

    @property
    def probability(self) -> float:
        """How probable it is to be right."""
        ...

    @property
    def distribution(self) -> tuple[float, ...]:
        """The share of each reading, "no answer" last."""
        ...


@dataclass(frozen=True, slots=True)
class Answerer:
    """A reader with the choice among its readings. `threshold` is the probability that its
    own calibration asks for, before this shop has a budget of its own.
    """

    reader: AnswerReader
    choose: Callable[[Sequence[Reading], Sequence[float]], Chosen]
    threshold: float

    @property
    def version(self) -> str:
        """What tells this answerer from another, on rows and budgets."""
        return f"{self.reader.name} {self.reader.version}"[:64]


class Answering(Protocol):
    """The whole set: finds passages, and has an answerer for each language."""

    def find(
        self, question: str, *, language: str, passages: QuerySet[Passage], limit: int
    ) -> Sequence[Found]:
        """The passages that fit the question best, the best first."""
        ...

    def answerer(self, language: str) -> Answerer:
        """What reads answers in this language."""
        ...


class ShopAnswering:
    """The shipped set: hybrid retrieval, the trained reader where it knows the language, and
    whole sentences elsewhere.
    """

    def find(
        self, question: str, *, language: str, passages: QuerySet[Passage], limit: int
    ) -> Sequence[Any]:
        """As `Answering.find`."""
        from intelligence.answering.retrieval import retrieve

        return retrieve(question, language=language, passages=passages, limit=limit)

    def answerer(self, language: str) -> Answerer:
        """The trained reader's where it knows the language, else whole sentences."""
        trained = self._trained()
        return trained if language in trained.reader.languages else by_sentences()

    def _trained(self) -> Answerer:
        from intelligence.engines.answer_choice import choose
        from intelligence.loaded import answer_reader

        reader = answer_reader()
        calibration = reader.calibration

        def chosen(readings: Sequence[Reading], hit_scores: Sequence[float]) -> Chosen:
            return choose(readings, hit_scores, calibration)

        return Answerer(reader, chosen, calibration.threshold)


def by_sentences() -> Answerer:
    """Whole sentences by the words that they share with the question."""

    def chosen(readings: Sequence[Reading], _hit_scores: Sequence[float]) -> Chosen:
        return sentence_answers.choose_sentence(readings)

    reader = sentence_answers.SentenceReader()
    return Answerer(reader, chosen, sentence_answers.THRESHOLD)


def answering() -> Answering:
    """The set that this shop answers with."""
    loaded: Answering = import_string(settings.ENGINES["answering"])()
    return loaded
