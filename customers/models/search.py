"""Prefix search over a generated `search` column (type tsvector, GIN index)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from django.contrib.postgres.search import SearchQuery
from django.db import models

Rows = TypeVar("Rows", bound=models.QuerySet)

TERM = re.compile(r"[^\s'\":*!&|()<>\\]+")


def prefix_query(words: str) -> SearchQuery | None:
    """The query for rows that hold, for each of `words`, a word beginning with it.

    Words that are nothing but operators are left out; None where no word is left.
    """
    terms = TERM.findall(words.replace("\x00", ""))
    if not terms:
        return None
    query = " & ".join(f"'{term}':*" for term in terms)
    return SearchQuery(query, config="simple", search_type="raw")


def matching_prefixes(rows: Rows, words: str) -> Rows:
    """Rows whose `search` column matches `prefix_query`; with no word left all rows match."""
    query = prefix_query(words)
    return rows if query is None else rows.filter(search=query)


WORD = re.compile(r"[^\W_]+")
# Han characters, whose words no space parts: each pair of neighbours counts as one.
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
MOST_WORDS = 40_000  # of one text: a tsvector holds a megabyte
MOST_ASKED = 32


def searched_words(text: str) -> list[str]:
    """The words of a text as its `search` column takes them, in small letters.

    A run of Han characters gives its pairs, and its last character, so that a single
    character is found as the beginning of a pair.
    """
    return list(islice(_words(text, with_last=True), MOST_WORDS))


def _words(text: str, *, with_last: bool) -> Iterator[str]:
    for word in WORD.findall(text.replace("\x00", " ").lower()):
        at = 0
        for run in HAN.finditer(word):
            if run.start() > at:
                yield word[at : run.start()]
            yield from _pairs(run.group(), with_last=with_last)
            at = run.end()
        if at < len(word):
            yield word[at:]


def _pairs(run: str, *, with_last: bool) -> Iterator[str]:
    yield from (run[at : at + 2] for at in range(len(run) - 1))
    if with_last or len(run) == 1:
        yield run[-1]


def asked_words(words: str) -> list[str]:
    """What is looked for when somebody asks for these words, each once."""
    return list(dict.fromkeys(islice(_words(words, with_last=False), MOST_ASKED)))


def words_query(words: str, *, config: str, every: bool) -> SearchQuery:
    """The query for every (else any) of these words, of which there is one at least, or
    words beginning so, over a column of `searched_words`.
    """
    query = (" & " if every else " | ").join(f"'{word}':*" for word in asked_words(words))
    return SearchQuery(query, config=config, search_type="raw")
