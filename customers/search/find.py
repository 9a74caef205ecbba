"""Finding records of every kind by what somebody types."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from customers.search.found import Group, Results
from customers.search.kinds import KINDS
from customers.search.spelling import corrected

FEWEST_CHARACTERS = 2  # Han characters say enough one by one
MOST_CHARACTERS = 200
# Beginnings that very many words share are cut off here, in no order (a soft limit of GIN scans).
MOST_SCANNED = 20_000


def find(typed: str, user: Any) -> Results:
    """What `user` may see of what the words mean: exact identifiers, then words that begin so;
    where nothing is found, the same with mistyped words mended.
    """
    words = " ".join(typed.replace("\x00", " ").split())[:MOST_CHARACTERS]
    if not is_enough(words):
        return Results(words, words)
    with transaction.atomic():
        _limit_scans()
        groups = _groups(words, user)
        if not groups and (mended := corrected(words)) != words:
            return Results(words, mended, _groups(mended, user))
    return Results(words, words, groups)


def is_enough(words: str) -> bool:
    """Whether so much is typed that a search makes sense."""
    return len(words) >= FEWEST_CHARACTERS or any(ord(character) > 0x2E7F for character in words)


def _groups(words: str, user: Any) -> tuple[Group, ...]:
    groups = (kind.group(words, user) for kind in KINDS)
    found = [group for group in groups if group.hits]
    # Where the words are somebody's or something's own number, that is what was meant.
    return tuple(sorted(found, key=lambda group: not group.hits[0].is_exact))


def _limit_scans() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gin_fuzzy_search_limit', %s, true)", [str(MOST_SCANNED)])
