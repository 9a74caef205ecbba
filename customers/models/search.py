"""Full-text search: what columns hold (type tsvector, GIN index), and what is asked of them.

Records that many hands write (customers, products, tickets, messages) let the database compute
their words, see `SearchedText`; articles keep theirs as text, see `searched_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Func, TextField

Rows = TypeVar("Rows", bound=models.QuerySet)

TERM = re.compile(r"[^\s'\":*!&|()<>\\]+")
# Han characters, whose words no space parts.
HAN_RANGES = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAN = re.compile(f"[{HAN_RANGES}]+")
MOST_SEARCHED = 100_000  # characters of a text: a tsvector holds a megabyte


class SearchedText(Func):
    """A text as a `search` column reads it: each Han character is a word of its own, so that
    neighbours are found as a phrase; text beyond `MOST_SEARCHED` characters is left out.
    """

    template = (
        f"regexp_replace(left(coalesce(%(expressions)s, ''), {MOST_SEARCHED}), "
        f"'([{HAN_RANGES}])', ' \\1 ', 'g')"
    )
    output_field = TextField()


def prefix_query(words: str) -> SearchQuery | None:
    """The query for rows that hold, for each of `words`, a word beginning with it, and for
    each run of Han characters that run.

    Words that are nothing but operators are left out; None where no word is left.
    """
    terms = [part for term in TERM.findall(words.replace("\x00", "")) for part in _parts(term)]
    if not terms:
        return None
    return SearchQuery(" & ".join(terms[:MOST_ASKED]), config="simple", search_type="raw")


def _parts(term: str) -> Iterator[str]:
    """A term as tsquery has it: prefixes, and phrases of Han characters."""
    at = 0
    for run in HAN.finditer(term):
        if run.start() > at:
            yield f"'{term[at : run.start()]}':*"
        yield "(" + " <-> ".join(f"'{character}'" for character in run.group()) + ")"
        at = run.end()
    if at < len(term):
        yield f"'{term[at:]}':*"


def matching_prefixes(rows: Rows, words: str) -> Rows:
    """Rows whose `search` column matches `prefix_query`; with no word left all rows match."""
    query = prefix_query(words)
    return rows if query is None else rows.filter(search=query)


WORD = re.compile(r"[^\W_]+")
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
