"""Many rows by one statement: copies of a row that the product itself made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from psycopg import sql

COPY = sql.SQL(
    """
    INSERT INTO {table} ({columns})
    SELECT {values} FROM {table} AS made, generate_series(1, %(count)s) AS n
    WHERE made.id = %(pk)s
    """
)


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
        if not field.primary_key:
            own = sql.SQL("made.{}").format(sql.Identifier(field.column))
            columns[field.column] = sql.SQL(varied[field.name]) if field.name in varied else own
    if unknown := varied.keys() - {field.name for field in fields}:
        raise ValueError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return columns
