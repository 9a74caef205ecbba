"""Finding the passages that a question is about: full text and vectors together.

Both searches run in the database, over the passages of the given queryset and no others, so
that a filter (who may read, what expired) holds before any model sees a text. Full text looks
passages up by the question's rarer terms and orders them by exact BM25; vectors order them by
cosine. What either finds is ranked by `intelligence.engines.passage_ranking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from numpy.typing import NDArray
from pgvector import HalfVector, SparseVector

from customers.models import Passage
from intelligence.answering.frequencies import passages_and_frequencies
from intelligence.engines.language import language_of
from intelligence.engines.lexical_terms import AskedTerms, asked_terms, number_of, terms_of
from intelligence.engines.passage_ranking import Candidate, first_scores, scores, words_of
from intelligence.engines.sentences import sentences_of
from intelligence.loaded import text_reader
from intelligence.models import TERM_NUMBERS
from intelligence.vectors import HALVES, stacked

# Each search gives so many; of both together the first are read more closely.
FOUND_BY_EACH, READ_CLOSELY = 40, 20
# Full text scores at most about so many passages: the question's commoner terms find none of
# their own, but count in the score of those that a rarer one found.
MOST_SCORED = 3000
SEARCH_WIDTH, MOST_SCANNED = 80, 4000
HELPERS = 0  # processes beside the search's own: to start one takes longer than its half does
MOST_CHARACTERS = 2000  # of a question

# What the terms find is put in order first (OFFSET 0 keeps the planner from turning it round) and
# then filtered until there are enough: to look each of 3,000 up in its passage took twice as long.
# Vectors have length 1 (or 0, where nothing was read: then a cosine would be no number), so
# their inner product is the cosine.
SEARCH_SQL = """
WITH by_terms AS (
    SELECT s.passage_id FROM (
        SELECT r.passage_id, r.weights <#> %(asked)s::sparsevec({terms}) AS behind
        FROM intelligence_passagereading r WHERE r.numbers && %(looked_up)s::integer[]
        ORDER BY behind, r.passage_id OFFSET 0
    ) s WHERE s.passage_id IN ({allowed})
    ORDER BY s.behind, s.passage_id LIMIT %(count)s
), by_meaning AS (
    SELECT v.passage_id FROM intelligence_textvector v
    WHERE v.passage_id IS NOT NULL AND v.embedding_version = %(version)s
        AND v.passage_id IN ({allowed})
    ORDER BY v.embedding::halfvec({dimension}) <#> %(embedding)s::halfvec({dimension})
    LIMIT %(nearest)s
)
SELECT f.passage_id,
    coalesce(-(r.weights <#> %(asked)s::sparsevec({terms})), 0),
    coalesce(-(v.embedding::halfvec({dimension}) <#> %(embedding)s::halfvec({dimension})), 0)
FROM (SELECT passage_id FROM by_terms UNION SELECT passage_id FROM by_meaning) f
LEFT JOIN intelligence_passagereading r ON r.passage_id = f.passage_id
LEFT JOIN intelligence_textvector v
    ON v.passage_id = f.passage_id AND v.embedding_version = %(version)s
ORDER BY f.passage_id
"""
CLOSELY_SQL = """
SELECT p.id, p.heading || E'\\n' || p.body, halfvec_send(r.sentences)
FROM customers_passage p
JOIN intelligence_passagereading r ON r.passage_id = p.id
WHERE p.id = ANY(%s)
"""
SETTINGS_SQL = """
SELECT set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', %s, true),
    set_config('hnsw.max_scan_tuples', %s, true),
    set_config('max_parallel_workers_per_gather', %s, true)
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may answer: `score` in [0, 1] of words and meaning together, `lexical`
    its BM25 and `cosine` that of its embedding.
    """

    passage: Passage
    score: float
    lexical: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the searches see it; `embedding` float32[d], of length 1."""

    language: str
    terms: AskedTerms
    embedding: NDArray[np.float32]
    version: str


@dataclass(frozen=True, slots=True)
class Found:
    """Passages by key with their BM25 and cosine, each float64[n]."""

    pks: NDArray[np.int64]
    lexical: NDArray[np.float64]
    cosine: NDArray[np.float64]

    def only(self, places: NDArray[np.int64]) -> Found:
        """Those at these places, in this order."""
        return Found(self.pks[places], self.lexical[places], self.cosine[places])


def retrieve(
    question: str, *, language: str, passages: QuerySet[Passage], limit: int = 10
) -> list[Hit]:
    """The passages of this queryset that the question is about, best first.

    `language` is the asker's where known, else ""; the script of the question decides over
    it. Passages that no worker has read yet are not found. An empty list for a question
    without a word, and where there is none to find.
    """
    text = question[:MOST_CHARACTERS].strip()
    if not any(character.isalnum() for character in text) or limit < 1:
        return []
    return search(ask(text, language), passages, limit)


def ask(text: str, language: str = "") -> Asked:
    """The question as the searches see it, read by this process's encoder."""
    told = language_of(text) or language
    spoken = told if told == "zh" or not language else language
    reader = text_reader()
    embedding = reader.backbone.encode([text]).embeddings[0]
    terms = terms_of(text, spoken)
    passages, frequencies = passages_and_frequencies({number_of(term) for term in terms})
    asked = asked_terms(terms, frequencies, passages)
    return Asked(spoken, asked, np.asarray(embedding, np.float32), reader.backbone_version)


def search(asked: Asked, passages: QuerySet[Passage], limit: int = 10) -> list[Hit]:
    """As `retrieve`, for a question that was read; in four statements."""
    found = _found(asked, passages)
    order = np.argsort(
        -first_scores(found.lexical, found.cosine, asked.terms.most, asked.language),
        kind="stable",
    )
    near = found.only(order[: max(READ_CLOSELY, limit)])
    fused = _fused(asked, near)
    best = np.argsort(-fused, kind="stable")[:limit]
    return _hits(near.only(best), fused[best], passages)


def _found(asked: Asked, passages: QuerySet[Passage]) -> Found:
    try:
        allowed, given = passages.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Found(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    statement, parameters = _statement(asked, allowed, given)
    with transaction.atomic(), connection.cursor() as cursor:
        settings = [str(SEARCH_WIDTH), "strict_order", str(MOST_SCANNED), str(HELPERS)]
        cursor.execute(SETTINGS_SQL, settings)
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    table = np.array(rows, np.float64).reshape(len(rows), 3)
    return Found(table[:, 0].astype(np.int64), table[:, 1], table[:, 2])


def _statement(asked: Asked, allowed: str, given: Sequence[Any]) -> tuple[str, Mapping[str, Any]]:
    """The search over the allowed passages. Numbers that the planner must know, to find the
    index, stand in it as literals.
    """
    names = [f"allowed_{place}" for place in range(len(given))]
    named = allowed.replace("%%", "%%%%") % tuple(f"%({name})s" for name in names)
    statement = SEARCH_SQL.format(allowed=named, terms=TERM_NUMBERS, dimension=len(asked.embedding))
    worth = dict(zip(asked.terms.numbers.tolist(), asked.terms.worth.tolist(), strict=True))
    return statement, {
        "looked_up": asked.terms.rarest(MOST_SCORED).tolist(),
        "asked": SparseVector(worth, TERM_NUMBERS).to_text(),
        "embedding": HalfVector(asked.embedding).to_text(),
        "version": asked.version,
        "count": FOUND_BY_EACH,
        "nearest": FOUND_BY_EACH if asked.embedding.any() else 0,
        **dict(zip(names, given, strict=True)),
    }


def _fused(asked: Asked, near: Found) -> NDArray[np.float64]:
    if not len(near.pks):
        return np.zeros(0)
    with connection.cursor() as cursor:
        cursor.execute(CLOSELY_SQL, [near.pks.tolist()])
        read = {pk: (text, sentences) for pk, text, sentences in cursor.fetchall()}
    candidates = [
        _candidate(asked, *read.get(pk, ("", None)), lexical, cosine)
        for pk, lexical, cosine in zip(
            near.pks.tolist(), near.lexical.tolist(), near.cosine.tolist(), strict=True
        )
    ]
    return scores(asked.terms, candidates, asked.language)


def _candidate(
    asked: Asked, text: str, sentences: bytes | None, lexical: float, cosine: float
) -> Candidate:
    terms = [terms_of(text[start:end], asked.language) for start, end in sentences_of(text)]
    return Candidate(lexical, cosine, _cosines(asked, sentences), words_of(terms))


def _cosines(asked: Asked, sentences: bytes | None) -> NDArray[np.float32]:
    """Of the question and each sentence; none where another encoder read them."""
    dimension = len(asked.embedding)
    numbers = stacked([bytes(sentences)], HALVES).ravel() if sentences else np.zeros(0)
    if not len(numbers) or len(numbers) % dimension:
        return np.zeros(0, np.float32)
    return np.asarray(numbers.reshape(-1, dimension) @ asked.embedding, np.float32)


def _hits(best: Found, fused: NDArray[np.float64], passages: QuerySet[Passage]) -> list[Hit]:
    """The passages are asked of the queryset again: what was taken back meanwhile is not
    among them.
    """
    rows = passages.in_bulk(best.pks.tolist())
    return [
        Hit(rows[pk], score, lexical, cosine)
        for pk, score, lexical, cosine in zip(
            best.pks.tolist(),
            fused.tolist(),
            best.lexical.tolist(),
            best.cosine.tolist(),
            strict=True,
        )
        if pk in rows
    ]
