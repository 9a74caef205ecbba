"""Locks of the whole shop, for work that one process at a time may do."""

from __future__ import annotations

from django.db import connection


def held_until_commit(key: int) -> bool:
    """Take an advisory lock until the transaction ends; False when another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        return bool(cursor.fetchone()[0])
