"""A whole set of engines for answers without models: words in common find and choose.

`ENGINES["answering"]` names `SimpleAnswering`. "BREAK" in a question breaks the reader; the
hooks of `meanwhile` run between the search and the reading.
"""

from __future__ import annotations

from dataclasses import dataclass

from intelligence.answering.engines import Answerer, by_sentences
from intelligence.engines.answer_contract import Reading
from intelligence.engines.content_words import content_words
from intelligence.engines.sentence_answers import SentenceReader, choose_sentence

meanwhile = []


@dataclass(frozen=True)
class Hit:
    passage: object
    score: float


class OverlapReader(SentenceReader):
    """The sentence with most of the question's words, for English."""

    name = "overlap"
    version = "test"
    languages = frozenset({"en"})
    before, after = 0, 0

    def read(self, question, passages):
        if "BREAK" in question:
            raise RuntimeError("the reader is broken")
        return super().read(question, passages)


class SilentReader:
    name = "silent"
    version = "test"
    languages = frozenset({"en"})

    def read(self, question, passages):
        return [Reading("", 0, 0, 0.0, 9.0) for _ in passages]


class SimpleAnswering:
    reader = OverlapReader()
    threshold = 0.5

    def find(self, question, *, language, passages, limit):
        asked = content_words(question).keys()
        scored = [
            Hit(
                one,
                len(asked & content_words(f"{one.heading} {one.body}").keys()) / max(1, len(asked)),
            )
            for one in passages.filter(language=language).order_by("pk")
        ]
        hits = sorted((hit for hit in scored if hit.score > 0), key=lambda hit: -hit.score)[:limit]
        for hook in meanwhile:
            hook()
        return hits

    def answerer(self, language):
        if language not in self.reader.languages:
            return by_sentences()
        return Answerer(self.reader, lambda readings, _: choose_sentence(readings), self.threshold)


def load_reader(*_, **__):
    """In the place of the trained reader, for whoever reads answers without the set."""
    return OverlapReader()
