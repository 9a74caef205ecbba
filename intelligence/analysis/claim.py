"""Taking pending rows for reading, so that no two workers read the same row at once.

A claim is an advisory lock of the worker's database session. It needs no lease and no
clean-up: when a worker dies, PostgreSQL drops its session and with it every claim.
The try is counted before the model runs, so a row that kills its worker is set aside
after `MAX_ATTEMPTS` tries.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.db.models import F

from customers.models import MAX_ATTEMPTS, Analysable
from intelligence.analysis.kind import Kind

# Rows that already failed once are tried in smaller company and then alone: the row that
# kills its worker takes its neighbours' tries with it, but never their last one.
ROWS_BY_ATTEMPT = {1: 16, 2: 1}

# Rows another session holds are passed over, or a full page of them would hide the rest.
CANDIDATES_SQL = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
LOCK_SQL = "SELECT id FROM unnest(%s::bigint[]) AS id WHERE pg_try_advisory_lock(%s, id::int)"
UNLOCK_SQL = "SELECT pg_advisory_unlock(%s, id::int) FROM unnest(%s::bigint[]) AS id"
LOCK_SPACE = 2**31  # advisory lock keys are 32-bit; a collision only delays a row


@contextmanager
def claimed(kind: Kind, limit: int, pks: Sequence[int] | None = None) -> Iterator[list[Analysable]]:
    """Up to `limit` pending rows of `kind` (of `pks`, when given), held until the end.

    The rows are loaded after the claim, with the token that their result must show.
    Yields an empty list when nothing is left that nobody else holds.
    """
    keys = _locked(kind, _candidates(kind, limit, pks))
    try:
        yield kind.load(_count_attempt(kind, list(keys.values())))
    finally:
        _unlock(kind, list(keys))


def _candidates(kind: Kind, limit: int, pks: Sequence[int] | None) -> list[int]:
    held = _held_keys(kind)
    for attempt in range(MAX_ATTEMPTS):
        rows = kind.model.objects.pending().filter(attempts=attempt)
        if pks is not None:
            rows = rows.filter(pk__in=pks)
        if held:
            rows = rows.annotate(lock_key=F("pk") % LOCK_SPACE).exclude(lock_key__in=held)
        size = min(limit, ROWS_BY_ATTEMPT.get(attempt, limit))
        found = list(rows.order_by("requested_at").values_list("pk", flat=True)[:size])
        if found:
            return found
    return []


def _held_keys(kind: Kind) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES_SQL, [lock_class(kind)])
        return [key for (key,) in cursor.fetchall()]


def _locked(kind: Kind, pks: list[int]) -> dict[int, int]:
    by_key = {pk % LOCK_SPACE: pk for pk in pks}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_SQL, [list(by_key), lock_class(kind)])
        return {key: by_key[key] for (key,) in cursor.fetchall()}


def _count_attempt(kind: Kind, pks: list[int]) -> list[int]:
    still_due = kind.model.objects.pending().filter(pk__in=pks)
    due = list(still_due.values_list("pk", flat=True))
    kind.model.objects.filter(pk__in=due).update(attempts=F("attempts") + 1)
    return due


def _unlock(kind: Kind, keys: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(UNLOCK_SQL, [lock_class(kind), keys])


def lock_class(kind: Kind) -> int:
    """The first half of the advisory locks of this kind's rows, a stable 31-bit number."""
    return zlib.crc32(f"rapport:{kind.name}".encode()) % LOCK_SPACE
