"""The texts that topics are fitted to: all of them, or of very many the newest and some others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from intelligence.topic_rows import TEXTS_SQL
from intelligence.topic_texts import texts_of_rows
from intelligence.vectors import HALVES, stacked

MOST_TEXTS = 20_000  # 31 MB of vectors; a fit takes half a minute

COUNT_SQL = """
SELECT coalesce(nullif(language, ''), %(default)s) AS spoken, count(*)
FROM ({texts}) texts GROUP BY spoken ORDER BY spoken
"""
# Half are the newest; the others are drawn evenly from all, the same ones at each fit.
SAMPLE_SQL = """
WITH texts AS ({texts}),
newest AS (SELECT row_id FROM texts ORDER BY row_id DESC LIMIT %(half)s),
drawn AS (
    SELECT row_id FROM texts WHERE row_id NOT IN (SELECT row_id FROM newest)
    ORDER BY hashint8(row_id), row_id LIMIT %(half)s
)
SELECT row_id, topic_id, halfvec_send(embedding) FROM texts
WHERE row_id IN (SELECT row_id FROM newest UNION ALL SELECT row_id FROM drawn)
ORDER BY row_id
"""
NARROWED = "coalesce(nullif({column}, ''), %(default)s) = %(language)s"
LANGUAGE_COLUMN = {"ticket": "opening.language", "review": "t.language"}


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of one kind and language: their keys, the keys of their topics (0 for none), their
    vectors float32[n, d] and what was read of each.
    """

    rows: NDArray[np.int64]
    former: NDArray[np.int64]
    vectors: NDArray[np.float32]
    texts: list[str]


def texts_by_language(kind: str, version: str, default: str) -> dict[str, int]:
    """How many rows of a kind have a vector of this encoder, by language."""
    texts = TEXTS_SQL[kind].format(narrowed="true")
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL.format(texts=texts), {"version": version, "default": default})
        return dict(cursor.fetchall())


def sample_of(kind: str, version: str, language: str, default: str) -> Sample:
    """The rows of a language that its topics are fitted to, in the order of their keys."""
    narrowed = NARROWED.format(column=LANGUAGE_COLUMN[kind])
    texts = TEXTS_SQL[kind].format(narrowed=narrowed)
    asked: dict[str, Any] = {
        "version": version,
        "language": language,
        "default": default,
        "half": MOST_TEXTS // 2,
    }
    with connection.cursor() as cursor:
        cursor.execute(SAMPLE_SQL.format(texts=texts), asked)
        found = cursor.fetchall()
    rows = [row for row, _, _ in found]
    return Sample(
        np.array(rows, np.int64),
        np.array([topic or 0 for _, topic, _ in found], np.int64),
        stacked([bytes(vector) for _, _, vector in found], HALVES),
        texts_of_rows(kind, rows),
    )
