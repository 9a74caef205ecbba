"""Merging staged rows into a record's table by one statement, exactly.

`INSERT ... ON CONFLICT` on (source, external id) creates what is new, updates what
differs and leaves alone what is equal. A change of read text makes the row pending, as
`Analysable.save` does; equal rows ask for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg import sql

from customers.models import Analysable, KnowledgeSource

MERGE = sql.SQL(
    """
    CREATE TEMP TABLE {states} ON COMMIT DROP AS
    WITH merged AS (
        INSERT INTO {table} AS row (source, external_id, {columns}, {filled})
        SELECT {source}, external_id, {values}, {fillings} FROM ({rows}) AS staged
        ON CONFLICT (source, external_id) WHERE NOT (external_id = '')
        DO UPDATE SET {sets}
        WHERE {differs}
        RETURNING id, external_id, (xmax = 0) AS is_new
    )
    SELECT * FROM merged
    """
)


def merge(
    cursor: CursorWrapper,
    model: type[models.Model],
    source: str,
    rows: str,
    columns: Mapping[str, str],
    *,
    update: bool = True,
    states: str = "",
) -> str:
    """Merge `rows` (a SELECT with `external_id`, each once) into the model's table.

    `columns` maps fields of the model to SQL over the rows. With `update` off, rows that
    are there stay as they are. Returns the name of a temporary table (id, external_id,
    is_new) of the rows that were created or changed.
    """
    states = states or f"merged_{model._meta.model_name}"
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    names = [sql.Identifier(field.column) for field in fields]
    filled = _fillings(model, set(columns))
    statement = MERGE.format(
        states=sql.Identifier(states),
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join(names),
        filled=sql.SQL(", ").join(sql.Identifier(name) for name in filled),
        source=sql.Literal(source),
        values=sql.SQL(", ").join(sql.SQL(expression) for expression in columns.values()),
        fillings=sql.SQL(", ").join(filled.values()),
        rows=sql.SQL(rows),
        sets=sql.SQL(", ").join(_sets(model, fields, names)),
        differs=_differ(names) if update else sql.SQL("false"),
    )
    drop(cursor, states)
    cursor.execute(statement)
    # what comes next joins these tables: without fresh figures the planner takes them for empty
    cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(model._meta.db_table)))
    cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(states)))
    if issubclass(model, KnowledgeSource):
        _tell_of(cursor, model, states)
    return states


def _tell_of(cursor: CursorWrapper, model: type[KnowledgeSource], states: str) -> None:
    """What answers are read from follows the rows that were created or changed."""
    key: Any = model._meta.get_field("id" if model.SOURCE_KEY == "pk" else model.SOURCE_KEY)
    statement = sql.SQL("SELECT DISTINCT row.{} FROM {} row JOIN {} USING (id)").format(
        sql.Identifier(key.column),
        sql.Identifier(model._meta.db_table),
        sql.Identifier(states),
    )
    cursor.execute(statement)
    model.tell_of(pk for (pk,) in cursor.fetchall())


def drop(cursor: CursorWrapper, name: str) -> None:
    """Drop a temporary table that an earlier run in this transaction may have left."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(name)))


def _fillings(model: type[models.Model], given: set[str]) -> dict[str, sql.Composable]:
    """What the columns that a file does not bring are filled with in new rows."""
    now = sql.Literal(timezone.now())
    fillings: dict[str, sql.Composable] = {}
    concrete: Any = model._meta.concrete_fields
    for field in concrete:
        if field.primary_key or field.generated or field.name in {*given, "source", "external_id"}:
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            fillings[field.column] = now
        elif field.has_default() or not field.null:
            value = field.get_default()
            prepared = field.get_db_prep_save(value, connection)
            cast = sql.SQL("::" + str(field.db_type(connection)))
            fillings[field.column] = sql.Literal(prepared) + cast
    return fillings


def _sets(
    model: type[models.Model], fields: list[Any], names: list[sql.Identifier]
) -> list[sql.Composable]:
    sets: list[sql.Composable] = [sql.SQL("{0} = EXCLUDED.{0}").format(name) for name in names]
    sets.append(sql.SQL("updated_at = EXCLUDED.updated_at"))
    texts = _read_texts(model, fields)
    if texts:
        for column, fresh in (
            ("requested_at", "EXCLUDED.requested_at"),
            ("analysed_at", "NULL"),
            ("attempts", "0"),
            ("analysis_error", "''"),
        ):
            sets.append(
                sql.SQL("{0} = CASE WHEN {1} THEN {2} ELSE row.{0} END").format(
                    sql.Identifier(column), _differ(texts), sql.SQL(fresh)
                )
            )
    return sets


def _read_texts(model: type[models.Model], fields: list[Any]) -> list[sql.Identifier]:
    read = getattr(model, "ANALYSED_FIELDS", ()) if issubclass(model, Analysable) else ()
    return [sql.Identifier(field.column) for field in fields if field.name in read]


def _differ(names: list[sql.Identifier]) -> sql.Composable:
    ours = sql.SQL(", ").join(sql.SQL("row.{}").format(name) for name in names)
    theirs = sql.SQL(", ").join(sql.SQL("EXCLUDED.{}").format(name) for name in names)
    return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(ours, theirs)


def latest_rows(table: str, key: str = "external_id") -> str:
    """A SELECT of each key's last row in the file: a later row overrides an earlier one."""
    return f"SELECT DISTINCT ON ({key}) * FROM {table} ORDER BY {key}, row_number DESC"  # noqa: S608
