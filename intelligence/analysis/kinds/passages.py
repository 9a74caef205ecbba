"""Reading passages: embedding, terms and sentences, for whoever looks for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector, SparseVector

from customers.models import Passage
from intelligence.analysis.kind import Kind, Result, Vector
from intelligence.analysis.kinds.vectors import keep_vectors
from intelligence.answering.frequencies import count_terms_when_due
from intelligence.engines.language import language_of
from intelligence.engines.lexical_terms import bm25_weights, terms_of
from intelligence.engines.reading import sha256_of
from intelligence.engines.sentences import sentences_of
from intelligence.loaded import text_reader
from intelligence.models import TERM_NUMBERS, PassageReading

MOST_NUMBERS = 16_000  # what one vector column holds: 41 sentences of the default encoder


@dataclass(frozen=True, slots=True)
class Search:
    """What search needs of a passage: the weights of its terms, float32[k, d] its sentences."""

    weights: dict[int, float]
    sentences: NDArray[np.float32]


class Passages(Kind):
    """Passages of articles, products and solved tickets.

    A passage of a source that knows no language of its own gets the one that is read.
    """

    name = "passage"
    model = Passage
    columns = ("language",)

    def prepare(self) -> None:
        text_reader()

    def read(self, rows: Sequence[Passage]) -> list[Result]:
        reader = text_reader()
        texts = [row.read_text for row in rows]
        encoded = reader.backbone.encode(texts, spans=[sentences_of(text) for text in texts])
        languages = [_language(row, text) for row, text in zip(rows, texts, strict=True)]
        return [
            Result(
                sha256_of(text),
                {"language": language},
                extra=Search(bm25_weights(terms_of(text, language)), sentences),
                vector=Vector(embedding, reader.backbone_version, language),
            )
            for text, language, embedding, sentences in zip(
                texts, languages, encoded.embeddings, encoded.spans, strict=True
            )
        ]

    def keep(self, stored: Sequence[tuple[Passage, Result]]) -> None:
        keep_vectors("passage", stored)
        PassageReading.objects.bulk_create(
            [
                PassageReading(
                    passage=row,
                    numbers=sorted(result.extra.weights),
                    weights=SparseVector(result.extra.weights, TERM_NUMBERS),
                    sentences=_as_column(result.extra.sentences),
                )
                for row, result in sorted(stored, key=lambda pair: pair[0].pk)
            ],
            update_conflicts=True,
            unique_fields=["passage"],
            update_fields=["numbers", "weights", "sentences"],
        )
        count_terms_when_due()


def _language(passage: Passage, text: str) -> str:
    return passage.language if passage.article_id else language_of(text) or passage.language


def _as_column(sentences: NDArray[np.float32]) -> HalfVector | None:
    if not sentences.size:
        return None
    most = MOST_NUMBERS // sentences.shape[1]
    return HalfVector(np.ascontiguousarray(sentences[:most]).ravel())
