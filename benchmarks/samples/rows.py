"""Many rows by one statement: copies of a row that the product itself made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from psycopg import sql

COPY = sql.SQL(
    """
    INSERT INTO {table} ({columns})
    SELECT {values} FROM {table} AS made, generate_series(1, %(count)s) AS n
    WHERE made.{key} = %(pk)s
    """
)

# Those that hold a constraint stay: the rows are checked as they come.
INDEXES = """
SELECT i.indexname, i.indexdef FROM pg_indexes i
JOIN pg_class c ON c.relname = i.indexname AND c.relnamespace = current_schema()::regnamespace
JOIN pg_index x ON x.indexrelid = c.oid
WHERE i.schemaname = current_schema() AND i.tablename LIKE 'customers\\_%' AND NOT x.indisunique
"""


@contextmanager
def bulk_loading() -> Iterator[None]:
    """While the block runs no foreign key is looked at, for all rows are there, and there are
    no indexes: to make them afterwards takes a fraction of the time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an index that one waits for stays
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _statement in indexes:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _name, statement in indexes:
                cursor.execute(statement)
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def one_of(values: Sequence[str], number: str) -> str:
    """SQL for the value of that number, round and round."""
    listed = ", ".join("'" + value.replace("'", "''").replace("%", "%%") + "'" for value in values)
    return f"(ARRAY[{listed}])[1 + ({number}) %% {len(values)}]"


def multiply(row: models.Model, count: int, **varied: str) -> None:
    """Insert `count` copies of a row. `varied` maps fields to SQL over the copy's number n.

    Copies rather than rows made of nothing, so that a column which is added later needs
    no change here. Nothing rings: bulk rows that say they are analysed ask for nothing.
    """
    values = copied_columns(type(row), varied)
    statement = COPY.format(
        table=sql.Identifier(row._meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(name) for name in values),
        values=sql.SQL(", ").join(values.values()),
        key=sql.Identifier(str(row._meta.pk.column)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"count": count, "pk": row.pk})
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(row._meta.db_table)))


def copied_columns(
    model: type[models.Model], varied: Mapping[str, str]
) -> dict[str, sql.Composable]:
    """SQL for each column that is stored: as varied, else as the made row has it."""
    columns: dict[str, sql.Composable] = {}
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.generated]
    for field in fields:
        if field.name in varied or not field.primary_key:
            own = sql.SQL("made.{}").format(sql.Identifier(field.column))
            columns[field.column] = sql.SQL(varied[field.name]) if field.name in varied else own
    if unknown := varied.keys() - {field.name for field in fields}:
        raise ValueError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return columns
