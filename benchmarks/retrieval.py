"""Finding passages among many: the time of a question, and whether the index misses any.

The passages are made of words by chance, as often as words of a language are (Zipf), with
vectors by chance around centres. The peer is the exact search of the same run: the same
statement without the index over the vectors, and with every passage that shares a term scored.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from statistics import median

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from pgvector import HalfVector, SparseVector

from benchmarks.instruments.product import database
from benchmarks.instruments.report import Report, Target
from benchmarks.instruments.timing import milliseconds
from customers.models import Article, Passage, Visibility
from intelligence import text_index
from intelligence.answering import retrieval
from intelligence.answering.frequencies import count_terms
from intelligence.engines.lexical_terms import bm25_weights, terms_of
from intelligence.loaded import text_reader
from intelligence.models import TERM_NUMBERS, PassageReading, TextVector

PASSAGES, SMALL_PASSAGES = 100_000, 6_000
QUESTIONS, SMALL_QUESTIONS = 300, 40
WORDS, PASSAGE_WORDS, QUESTION_WORDS = 60_000, 90, 7
CENTRES, SENTENCES, SPREAD = 2_000, 5, 0.8
AT_ONCE, OF_AN_ARTICLE = 1_000, 100
BEST = 10
EXACT_HELPERS = 2  # PostgreSQL's own default
SEED = 2026
TARGETS = (
    Target("retrieve_p95_ms", "at_most", 30),
    Target("recall_at_10_of_exact", "at_least", 0.95),
)


def measure(*, small: bool = False) -> Report:
    """Fill a database, ask, and ask the exact way."""
    count = SMALL_PASSAGES if small else PASSAGES
    asked = SMALL_QUESTIONS if small else QUESTIONS
    rng, reader = np.random.default_rng(SEED), text_reader()
    with database():
        _fill(count, rng, reader.backbone_version, reader.backbone.dimension)
        count_terms()
        started = time.perf_counter()
        text_index.keep_current("passage")
        build_seconds = time.perf_counter() - started
        figures = _ask([_words(rng, QUESTION_WORDS) for _ in range(asked)])
    return Report(
        benchmark="retrieval",
        sample=f"{count} passages of {PASSAGE_WORDS} words, {asked} questions",
        peer="the exact search of the same run",
        figures=figures | {"index_build_seconds": round(build_seconds, 1)},
        targets=TARGETS,
        small=small,
    )


def _fill(count: int, rng: np.random.Generator, version: str, dimension: int) -> None:
    centres = _unit(rng.normal(size=(CENTRES, dimension)))
    articles = Article.objects.bulk_create(
        Article(title=f"Article {number}") for number in range(-(-count // OF_AN_ARTICLE))
    )
    for start in range(0, count, AT_ONCE):
        rows = [
            Passage(
                article=articles[at // OF_AN_ARTICLE],
                position=at % OF_AN_ARTICLE,
                heading=f"Article {at // OF_AN_ARTICLE}",
                body=_words(rng, PASSAGE_WORDS),
                language="en",
                visibility=Visibility.PUBLIC,
            )
            for at in range(start, min(start + AT_ONCE, count))
        ]
        _read(Passage.objects.bulk_create(rows), centres, rng, version)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_passage, intelligence_passagereading")


def _read(
    rows: Sequence[Passage], centres: NDArray[np.float64], rng: np.random.Generator, version: str
) -> None:
    """What the road would store, without running the encoder over words by chance."""
    dimension = centres.shape[1]
    own = centres[rng.integers(len(centres), size=len(rows))]
    embeddings = _unit(own + rng.normal(scale=SPREAD / np.sqrt(dimension), size=own.shape))
    sentences = np.repeat(embeddings, SENTENCES, axis=0).reshape(len(rows), -1)
    weights = [bm25_weights(terms_of(row.read_text, "en")) for row in rows]
    TextVector.objects.bulk_create(
        TextVector(passage=row, embedding=HalfVector(vector), embedding_version=version)
        for row, vector in zip(rows, embeddings, strict=True)
    )
    PassageReading.objects.bulk_create(
        PassageReading(
            passage=row,
            numbers=sorted(of_row),
            weights=SparseVector(of_row, TERM_NUMBERS),
            sentences=HalfVector(vectors),
        )
        for row, of_row, vectors in zip(rows, weights, sentences, strict=True)
    )


def _ask(questions: Sequence[str]) -> dict[str, float]:
    """Times of the whole and of its halves, and how much of the exact answer is in ours."""
    passages = Passage.objects.readable(by_staff=False, on=date(2026, 3, 2))
    times: dict[str, list[float]] = {"encode": [], "search": [], "retrieve": [], "exact": []}
    recalls = []
    for question in questions:
        began = time.perf_counter()
        asked = retrieval.ask(question, "en")
        read = time.perf_counter()
        ours = retrieval.search(asked, passages, BEST)
        ended = time.perf_counter()
        with exactly():
            exact = retrieval.search(asked, passages, BEST)
        times["exact"].append(time.perf_counter() - ended)
        times["encode"].append(read - began)
        times["search"].append(ended - read)
        times["retrieve"].append(ended - began)
        wanted = {hit.passage.pk for hit in exact}
        recalls.append(len(wanted & {hit.passage.pk for hit in ours}) / max(len(wanted), 1))
    figures = {k: v for name, of in times.items() for k, v in milliseconds(name, of).items()}
    speed = median(times["exact"]) / median(times["search"])
    return figures | {
        "recall_at_10_of_exact": round(sum(recalls) / len(recalls), 4),
        "times_as_fast_as_exact": round(speed, 1),
    }


@contextmanager
def exactly() -> Iterator[None]:
    """The search without the graph, with every passage scored that shares a term, and with as
    many processes as PostgreSQL likes.
    """
    usual = retrieval.MOST_SCORED, retrieval.HELPERS
    retrieval.MOST_SCORED, retrieval.HELPERS = 10**9, EXACT_HELPERS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
        try:
            yield
        finally:
            retrieval.MOST_SCORED, retrieval.HELPERS = usual


def _words(rng: np.random.Generator, count: int) -> str:
    """Words whose frequencies fall as their ranks rise (Zipf)."""
    ranks = np.exp(rng.random(count) * np.log(WORDS)).astype(int)
    return " ".join(f"w{rank}" for rank in ranks)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
