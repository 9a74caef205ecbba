"""Prefix search over a generated `search` column (type tsvector, GIN index)."""

from __future__ import annotations

import re
from typing import TypeVar

from django.contrib.postgres.search import SearchQuery
from django.db import models

Rows = TypeVar("Rows", bound=models.QuerySet)

TERM = re.compile(r"[^\s'\":*!&|()<>\\]+")


def matching_prefixes(rows: Rows, words: str) -> Rows:
    """Rows whose `search` column holds, for each of `words`, a word beginning with it.

    Words that are nothing but operators are left out; with no word left all rows match.
    """
    terms = TERM.findall(words.replace("\x00", ""))
    if not terms:
        return rows
    query = " & ".join(f"'{term}':*" for term in terms)
    return rows.filter(search=SearchQuery(query, config="simple", search_type="raw"))
