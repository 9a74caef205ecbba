"""Prefix search over a generated `search` column (type tsvector, GIN index)."""

from __future__ import annotations

import re
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
