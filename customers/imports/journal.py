"""The journal of an import, written by the database: a thousand rows a change.

The values are as `customers.journal.columns` writes them, so that undo reads them alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from customers.journal.columns import as_json, kept_fields
from customers.journal.recording import CHUNK
from customers.models import JournalEntry

KEEP = sql.SQL(
    """
    INSERT INTO customers_journalchange (entry_id, model, pks, before, after)
    SELECT {entry}, {model}, array_agg(id ORDER BY id),
        jsonb_agg(before ORDER BY id), jsonb_agg(after ORDER BY id)
    FROM (
        SELECT *, (row_number() OVER (ORDER BY id) - 1) / {chunk} AS part FROM ({rows}) told
    ) numbered
    GROUP BY part ORDER BY part
    """
)
MADE = sql.SQL(
    "SELECT id, 'null'::jsonb AS before, {stamp}::jsonb AS after FROM {states} WHERE is_new"
)
EDITED = sql.SQL(
    """
    SELECT told.id, changed.before, changed.after FROM (
        SELECT row.id, {before} AS before, {after} AS after
        FROM {states} states
        JOIN {found} found USING (id) JOIN {table} row USING (id)
        WHERE NOT states.is_new
    ) told CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(was.key, was.value) AS before,
            jsonb_object_agg(was.key, told.after -> was.key) AS after
        FROM jsonb_each(told.before) was
        WHERE was.value IS DISTINCT FROM told.after -> was.key
    ) changed WHERE changed.before IS NOT NULL
    """
)
DELETED = sql.SQL(
    "SELECT row.id, {before} AS before, 'null'::jsonb AS after FROM {table} row "
    "WHERE row.id IN ({rows})"
)
# As Python's isoformat: microseconds only where there are any.
MOMENT = """
    to_char({0} AT TIME ZONE 'UTC', CASE WHEN date_trunc('second', {0}) = {0}
        THEN 'YYYY-MM-DD"T"HH24:MI:SS' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US' END) || '+00:00'
"""
AS_TEXT = ("DecimalField", "DateField", "UUIDField")


def journal_made(
    cursor: CursorWrapper,
    entry: JournalEntry,
    model: type[models.Model],
    states: str,
    stamp: datetime | None,
) -> int:
    """Write down the rows of the table `states` (id, is_new) that are new; how many."""
    after = sql.SQL("jsonb_build_object('updated_at', {})").format(sql.Literal(as_json(stamp)))
    made = MADE.format(stamp=after if stamp else sql.Literal("{}"), states=sql.Identifier(states))
    return _keep(cursor, entry, model, made)


def journal_edited(
    cursor: CursorWrapper,
    entry: JournalEntry,
    model: type[models.Model],
    tables: tuple[str, str],
    fields: Sequence[Any],
) -> int:
    """Write down what changed in rows of the first table (id, is_new) against the second,
    which has their columns as they were; how many rows.
    """
    states, found = tables
    edited = EDITED.format(
        before=as_jsonb("found", fields),
        after=as_jsonb("row", fields),
        states=sql.Identifier(states),
        found=sql.Identifier(found),
        table=sql.Identifier(model._meta.db_table),
    )
    return _keep(cursor, entry, model, edited)


def journal_deleted(
    cursor: CursorWrapper, entry: JournalEntry, model: type[models.Model], rows: str
) -> int:
    """Write down rows whole (a SELECT of their keys) that are going to be deleted."""
    deleted = DELETED.format(
        before=as_jsonb("row", kept_fields(model)),
        table=sql.Identifier(model._meta.db_table),
        rows=sql.SQL(rows),
    )
    return _keep(cursor, entry, model, deleted)


def as_jsonb(table: str, fields: Sequence[Any]) -> sql.Composable:
    """The columns of a row as the journal keeps them."""
    pairs: list[sql.Composable] = []
    for one in fields:
        column = sql.Identifier(table, one.column)
        kind = one.get_internal_type()
        pairs.append(sql.Literal(one.attname))
        if kind == "DateTimeField":
            pairs.append(sql.SQL(MOMENT).format(column))
        else:
            pairs.append(sql.SQL("{}::text").format(column) if kind in AS_TEXT else column)
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs))


def _keep(
    cursor: CursorWrapper, entry: JournalEntry, model: type[models.Model], rows: sql.Composable
) -> int:
    counted = sql.SQL("WITH kept AS ({} RETURNING cardinality(pks) AS n) SELECT sum(n) FROM kept")
    statement = KEEP.format(
        entry=sql.Literal(entry.pk),
        model=sql.Literal(model._meta.label_lower),
        chunk=sql.Literal(CHUNK),
        rows=rows,
    )
    cursor.execute(counted.format(statement))
    return int(cursor.fetchone()[0] or 0)
