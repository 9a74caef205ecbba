"""Rows with topics: their texts' vectors out of the database, and their topics into it.

A ticket's topic is that of its opening message, a review's that of its text. Texts of one
language are told apart among themselves: an encoder puts what is written in one language
together before anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from intelligence.analysis.kind import Vector
from intelligence.engines.lexical import LexicalSpace
from intelligence.engines.topics import NONE, Topics, members
from intelligence.models import TopicFit, TopicVector
from intelligence.topic_texts import texts_of_rows
from intelligence.vectors import HALVES, sent, stacked

CHUNK = 4_000
DEFAULT_LANGUAGE = "en"
# Languages whose texts the encoder cannot tell apart; their topics are found by characters,
# and rows get them with each fit. Measured: docs/decisions/0020.
LEXICAL = frozenset({"zh"})

# Every row with the vector of the text that decides its topic.
TEXTS_SQL = {
    "ticket": """
        SELECT t.id AS row_id, t.topic_id, opening.language, v.embedding
        FROM customers_ticket t
        JOIN LATERAL (
            SELECT m.id, m.language FROM customers_message m
            WHERE m.ticket_id = t.id AND m.author_kind = 'customer'
            ORDER BY m.sent_at, m.id LIMIT 1
        ) opening ON true
        JOIN intelligence_textvector v ON v.message_id = opening.id
        WHERE v.embedding_version = %(version)s AND {narrowed}
    """,
    "review": """
        SELECT t.id AS row_id, t.topic_id, t.language, v.embedding
        FROM customers_review t JOIN intelligence_textvector v ON v.review_id = t.id
        WHERE v.embedding_version = %(version)s AND {narrowed}
    """,
}
CHUNK_SQL = """
SELECT row_id, language, halfvec_send(embedding) FROM ({texts}) texts
ORDER BY row_id LIMIT %(limit)s
"""
TABLES = {"ticket": "customers_ticket", "review": "customers_review"}
# Rows are locked in the order of their keys, as every writer of many rows locks them.
PUT_SQL = """
WITH said AS (SELECT * FROM unnest(%(rows)s::bigint[], %(topics)s::bigint[]) AS s(id, topic)),
locked AS (
    SELECT t.id, said.topic FROM {table} t JOIN said ON said.id = t.id
    WHERE t.topic_id IS DISTINCT FROM said.topic ORDER BY t.id FOR NO KEY UPDATE OF t
)
UPDATE {table} t SET topic_id = locked.topic FROM locked WHERE t.id = locked.id
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """Some rows of a kind: their keys, languages and vectors float32[n, d]."""

    rows: NDArray[np.int64]
    languages: NDArray[np.str_]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Placed:
    """The topics of one kind and language, and the key of the topic that each centre stands
    for: where one was merged into another, that of the other. With a `space` the centres
    lie in that, and not in the encoder's.
    """

    topics: Topics
    keys: tuple[int, ...]
    space: LexicalSpace | None = None

    def of(self, vectors: NDArray[np.float32]) -> list[int | None]:
        """The key of each text's topic; None where none is near enough."""
        found = members(self.topics, vectors).topics
        return [None if place == NONE else self.keys[place] for place in found]


def language_group(language: str) -> str:
    """The language whose texts a text is compared with; what has none counts as English."""
    return language or DEFAULT_LANGUAGE


def all_texts(kind: str, version: str) -> Iterator[Texts]:
    """All rows of a kind whose texts an encoder read, in chunks, in the order of their keys."""
    last = 0
    while len((chunk := _chunk(kind, version, last)).rows):
        yield chunk
        last = int(chunk.rows[-1])


def put_into_topics(kind: str, read: Sequence[tuple[int, Vector | None]]) -> None:
    """Give rows whose texts were just read the nearest topic, inside the transaction that
    stored what was read. `read` pairs the key of a row with a text's vector; texts that do
    not decide the topic are passed over. Before the first fit nothing happens.
    """
    deciding = [
        (row, vector)
        for row, vector in read
        if vector and vector.is_opening and language_group(vector.language) not in LEXICAL
    ]
    if not deciding:
        return
    fit = TopicFit.objects.filter(kind=kind).first()
    same = [(row, told) for row, told in deciding if fit and told.version == fit.embedding_version]
    if fit is None or not same:
        return
    placed = placed_topics(fit)
    chunk = Texts(
        np.array([row for row, _ in same], np.int64),
        np.array([told.language for _, told in same], np.str_),
        np.stack([told.embedding for _, told in same]),
    )
    write_topics(kind, chunk, placed)


def write_topics(kind: str, texts: Texts, placed: dict[str, Placed]) -> None:
    """Store the topic of each of these rows; rows that keep theirs are not written."""
    topics: list[int | None] = [None] * len(texts.rows)
    groups = np.array([language_group(language) for language in texts.languages])
    for language, found in placed.items():
        inside = np.flatnonzero(groups == language)
        vectors = texts.vectors[inside]
        if found.space is not None:
            vectors = found.space.vectors(texts_of_rows(kind, texts.rows[inside].tolist()))
        for at, key in zip(inside, found.of(vectors), strict=True):
            topics[at] = key
    with transaction.atomic(), connection.cursor() as cursor:
        statement = PUT_SQL.format(table=TABLES[kind])
        asked: dict[str, Any] = {"rows": texts.rows.tolist(), "topics": topics}
        cursor.execute(statement, asked)


def placed_topics(fit: TopicFit) -> dict[str, Placed]:
    """The standing topics of a fit by their language."""
    standing = TopicVector.objects.filter(
        topic__kind=fit.kind, topic__is_active=True, embedding_version=fit.embedding_version
    ).order_by("topic_id")
    rows = standing.values_list("topic_id", "topic__merged_into_id", "topic__language")
    signature = tuple(rows)
    return _placed(signature, fit.embedding_version, fit.fitted_at) if signature else {}


@lru_cache(maxsize=8)
def _placed(
    signature: tuple[tuple[int, int | None, str], ...], version: str, _fitted_at: datetime
) -> dict[str, Placed]:
    """Centres are fetched once a process for each fit and each merging of its topics."""
    keys = [topic for topic, *_ in signature]
    of_these = TopicVector.objects.filter(topic__in=keys, embedding_version=version)
    rows = of_these.order_by("topic_id").values_list(sent("centre", "halfvec_send"), "radius")
    found = list(rows)
    centres = stacked([bytes(centre) for centre, _ in found], HALVES)
    radii = np.array([radius for _, radius in found], np.float32)
    languages = np.array([language for _, _, language in signature])
    stands_for = [merged or topic for topic, merged, _ in signature]
    return {
        str(language): Placed(
            Topics(centres[languages == language], radii[languages == language]),
            tuple(key for key, own in zip(stands_for, languages, strict=True) if own == language),
        )
        for language in np.unique(languages)
    }


def _chunk(kind: str, version: str, after: int) -> Texts:
    texts = TEXTS_SQL[kind].format(narrowed="t.id > %(after)s")
    asked: dict[str, Any] = {"version": version, "after": after, "limit": CHUNK}
    with connection.cursor() as cursor:
        cursor.execute(CHUNK_SQL.format(texts=texts), asked)
        return texts_of(cursor.fetchall())


def texts_of(found: Sequence[tuple[int, str, bytes]]) -> Texts:
    """Fetched rows (key, language, vector as it is sent) as arrays."""
    return Texts(
        np.array([row for row, _, _ in found], np.int64),
        np.array([language for _, language, _ in found], np.str_),
        stacked([bytes(vector) for _, _, vector in found], HALVES),
    )
