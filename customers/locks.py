"""Locks of the whole shop, for work that one process at a time may do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def held_until_commit(key: int) -> bool:
    """Take an advisory lock until the transaction ends; False when another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        return bool(cursor.fetchone()[0])


@contextmanager
def held(space: int, key: int) -> Iterator[bool]:
    """Whether this process holds the lock (space, key) until the end of the block.

    It is the database session's: when the process dies it is free at once, so that others
    can tell work that goes on from work that was cut off.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [space, key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [space, key])


def wait_until_commit(space: int, key: str) -> None:
    """Take the lock of (space, key), once whoever holds it has committed; held until the end of
    this transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [space, key])
