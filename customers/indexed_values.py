"""The distinct values of a column, read off its index."""

from __future__ import annotations

from django.db import connection, models
from psycopg import sql

MOST_VALUES = 200

# Jumps from each value to the next along the index: a step a value, however many rows
# there are. DISTINCT would read them all.
VALUES_SQL = sql.SQL(
    """
    WITH RECURSIVE found(value) AS (
        SELECT min({column}) FROM {table}
        UNION ALL
        SELECT (SELECT min({column}) FROM {table} WHERE {column} > found.value)
        FROM found WHERE found.value IS NOT NULL
    )
    SELECT value FROM found WHERE value <> '' LIMIT %s
    """
)


def indexed_values(model: type[models.Model], field_name: str) -> list[str]:
    """The values of a text column that leads an index, in order, up to `MOST_VALUES`."""
    column = str(model._meta.get_field(field_name).column)  # type: ignore[union-attr]
    statement = VALUES_SQL.format(
        column=sql.Identifier(column), table=sql.Identifier(model._meta.db_table)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [MOST_VALUES])
        return [value for (value,) in cursor.fetchall()]
