"""Mistyped words: the nearest words that stand in records.

Words at most one slip apart (a character too much, too few, another, or two swapped) share what
is left of them without one character; so an index over that finds the candidates, and the
Damerau-Levenshtein distance tells the nearest (optimal string alignment, rapidfuzz).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from rapidfuzz.distance import OSA

from customers.locks import held_until_commit
from customers.models import Article, Customer, Product, SearchWord, Ticket
from customers.models.search import HAN
from customers.sql import rows_of

LOCK = 7_310_031
LEAST_LETTERS, MOST_LETTERS = 4, 30  # of a word that is corrected
MOST_WORDS = 500_000  # the commonest
BATCH = 5_000
MODELS = (Customer, Product, Ticket, Article)
LETTERS = re.compile(rf"[^\W\d_]{{{LEAST_LETTERS},{MOST_LETTERS}}}")
# The words of a kind of record, and in how many each stands. What has digits or signs is left
# out before it is counted: of a million addresses each would be a word (and `ts_stat`, which
# PostgreSQL has for this, takes time by the square of such words that come in order).
WORDS_SQL = """
SELECT word, count(*) FROM {table}, unnest(tsvector_to_array(search)) AS word
WHERE length(word) BETWEEN %s AND %s AND word !~ '[0-9@._/+-]' GROUP BY word
"""


def deletes_of(word: str) -> list[str]:
    """The word, and what is left of it without any one character; each once."""
    without = (word[:at] + word[at + 1 :] for at in range(len(word)))
    return list(dict.fromkeys((word, *without)))


def corrected(words: str) -> str:
    """The words with each that stands in no record replaced by the nearest that does, at most
    one slip away; the commonest of several. The same words where there is nothing to mend.
    """
    return LETTERS.sub(lambda match: _nearest(match.group()), words)


def _nearest(word: str) -> str:
    asked = word.lower()
    if HAN.search(asked) or SearchWord.objects.filter(word__startswith=asked).exists():
        return word
    known = SearchWord.objects.filter(deletes__overlap=deletes_of(asked))
    candidates = known.order_by("-row_count", "word").values_list("word", flat=True)[:50]
    near = [found for found in candidates if OSA.distance(asked, found, score_cutoff=1) <= 1]
    return near[0] if near else word


def refresh_words() -> int | None:
    """Collect the words of all records anew; how many there are, None while others do it."""
    with transaction.atomic():
        if not held_until_commit(LOCK):
            return None
        counted = _counted(MODELS)
        commonest = sorted(counted, key=lambda word: (-counted[word], word))[:MOST_WORDS]
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {SearchWord._meta.db_table}")  # noqa: S608  # our table
        SearchWord.objects.bulk_create(
            (SearchWord(word=word, row_count=counted[word], deletes=deletes_of(word))
             for word in commonest),
            batch_size=BATCH,
        )  # fmt: skip
        return len(commonest)


def _counted(models: Iterable[type]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for model in models:
        for word, rows in _words_of(model):
            if LETTERS.fullmatch(word) and not HAN.search(word):
                counted[word] = counted.get(word, 0) + rows
    return counted


def _words_of(model: type) -> Sequence[tuple[str, int]]:
    table = model._meta.db_table  # type: ignore[attr-defined]
    return rows_of(WORDS_SQL.format(table=table), [LEAST_LETTERS, MOST_LETTERS])
