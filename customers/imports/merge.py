"""Merging staged rows into a record's table by one statement, exactly, and into the journal.

`INSERT ... ON CONFLICT` on (source, external id) creates what is new, updates what
differs and leaves alone what is equal. A change of read text makes the row pending, as
`Analysable.save` does; equal rows ask for nothing. Rows that are found by another key (an
e-mail address) are updated where they are, whatever system they came from.

Rows that are there are locked and read before, so that the journal tells them as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg import sql

from customers.imports.journal import journal_deleted, journal_edited, journal_made
from customers.models import Analysable, Customer, JournalEntry, KnowledgeSource

FOUND = sql.SQL(
    """
    CREATE TEMP TABLE {found} ON COMMIT DROP AS
    SELECT row.id, {columns} FROM {table} row
    WHERE row.source = {source} AND row.external_id IN (SELECT external_id FROM {staged})
    ORDER BY row.id FOR NO KEY UPDATE OF row
    """
)
# An address of several records leads to the oldest of them.
MATCHED = sql.SQL(
    """
    CREATE TEMP TABLE {matched} ON COMMIT DROP AS
    SELECT DISTINCT ON (found.id) found.id, staged.external_id AS staged_key
    FROM {staged} staged CROSS JOIN LATERAL (
        SELECT row.id FROM {table} row WHERE {match} ORDER BY row.id LIMIT 1
    ) found
    ORDER BY found.id, staged.external_id
    """
)
FOUND_BY_MATCH = sql.SQL(
    """
    INSERT INTO {found} SELECT row.id, {columns} FROM {table} row
    WHERE row.id IN (SELECT id FROM {matched}) AND row.id NOT IN (SELECT id FROM {found})
    ORDER BY row.id FOR NO KEY UPDATE OF row
    """
)
# A merged customer does not come again under its old key.
WITHOUT_MERGED = """
    DELETE FROM {staged} staged USING customers_mergedkey merged
    WHERE merged.source = {source} AND merged.external_id = staged.external_id
"""
MERGE = sql.SQL(
    """
    CREATE TEMP TABLE {states} ON COMMIT DROP AS
    WITH merged AS (
        INSERT INTO {table} AS row (source, external_id, {columns}, {filled})
        SELECT {source}, external_id, {values}, {fillings} FROM {staged} AS staged
        WHERE {is_own}
        ON CONFLICT (source, external_id) WHERE NOT (external_id = '')
        DO UPDATE SET {sets}
        WHERE {differs}
        RETURNING id, external_id, (xmax = 0) AS is_new
    )
    SELECT * FROM merged
    """
)
UPDATE_MATCHED = sql.SQL(
    """
    WITH given AS (
        SELECT matched.id AS row_id, staged.external_id AS staged_key, {given}
        FROM {staged} AS staged JOIN {matched} AS matched ON matched.staged_key = external_id
    ), changed AS (
        UPDATE {table} AS row SET {sets} FROM given AS excluded
        WHERE row.id = excluded.row_id AND {differs}
        RETURNING row.id, excluded.staged_key
    )
    INSERT INTO {states} SELECT id, staged_key, false FROM changed
    """
)


@dataclass(slots=True)
class Merging:
    """One chunk of an import on its way into the records.

    `entry` is the journal's entry of the import; without one nothing is written down. `columns`
    are the columns that the file has: of others it says nothing. With `keeps` an empty cell
    leaves what is there. `match_by` is the field by which rows are found beside their key.
    """

    cursor: CursorWrapper
    source: str
    entry: JournalEntry | None = None
    columns: frozenset[str] = frozenset()
    keeps: bool = False
    match_by: str = ""
    is_mended: bool = False
    started_at: datetime = field(default_factory=timezone.now)
    analysed: set[str] = field(default_factory=set)

    def merge(
        self,
        model: type[models.Model],
        rows: str,
        columns: Mapping[str, str],
        *,
        update: bool = True,
        match: str = "",
        keep: Sequence[str] = (),
        laid_over: Mapping[str, Sequence[str]] | None = None,
    ) -> str:
        """Merge `rows` (a SELECT with `external_id`, each once) into the model's table.

        `columns` maps fields of the model to SQL over the rows. With `update` off, rows that
        are there stay as they are. `match` is SQL over `row` and `staged` that finds records
        by another key. The fields in `keep` stay where the row brings nothing; of the JSON
        columns in `laid_over` the keys named there go, and the row's are laid over the rest.
        Returns the name of a temporary table (id, external_id, is_new) of what was created or
        changed.
        """
        plan = _Plan(self, model, columns, update=update, keep=keep, laid_over=laid_over or {})
        return plan.carry_out(rows, match)

    def deleted(self, model: type[models.Model], rows: str) -> None:
        """Write down that these rows (a SELECT of keys) are going to be deleted."""
        if self.entry is not None:
            self.entry.row_count += journal_deleted(self.cursor, self.entry, model, rows)

    def analyse(self, table: str, *, is_temporary: bool = False) -> None:
        """Fresh figures for the planner; of a big table once an import is enough."""
        if is_temporary or table not in self.analysed:
            self.cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
            self.analysed.add(table)


class _Plan:
    """The statements that bring staged rows into one table."""

    def __init__(
        self,
        merging: Merging,
        model: type[models.Model],
        columns: Mapping[str, str],
        *,
        update: bool,
        keep: Sequence[str],
        laid_over: Mapping[str, Sequence[str]],
    ) -> None:
        name = model._meta.model_name
        self.merging, self.model, self.update = merging, model, update
        self.fields: list[Any] = [model._meta.get_field(name) for name in columns]
        self.kept, self.laid_over = set(keep), laid_over
        self.found, self.staged = f"found_{name}", f"staged_{name}"
        self.matched, self.states = f"matched_{name}", f"merged_{name}"
        filled = _fillings(model, set(columns), merging.started_at)
        self.filled = filled
        self.parts: dict[str, sql.Composable] = {
            **{
                part: sql.Identifier(table)
                for part, table in (
                    ("found", self.found),
                    ("staged", self.staged),
                    ("matched", self.matched),
                    ("states", self.states),
                    ("table", model._meta.db_table),
                )
            },
            "source": sql.Literal(merging.source),
            "values": sql.SQL(", ").join(sql.SQL(expression) for expression in columns.values()),
            "given": sql.SQL(", ").join(
                [
                    *(
                        sql.SQL("{} AS {}").format(sql.SQL(value), sql.Identifier(one.column))
                        for one, value in zip(self.fields, columns.values(), strict=True)
                    ),
                    *(
                        sql.SQL("{} AS {}").format(filled[column], sql.Identifier(column))
                        for column in ("updated_at", "requested_at")
                        if column in filled
                    ),
                ]
            ),
            "filled": sql.SQL(", ").join(sql.Identifier(column) for column in filled),
            "fillings": sql.SQL(", ").join(filled.values()),
            "sets": sql.SQL(", ").join(self._sets()),
            "differs": self._differ(self.fields) if update else sql.SQL("false"),
        }

    def carry_out(self, rows: str, match: str) -> str:
        """Lock and read, merge, write down; the name of the table of what changed."""
        cursor, merging = self.merging.cursor, self.merging
        # what the source told itself is not told back to it
        cursor.execute("SELECT set_config('rapport.source', %s, true)", [merging.source])
        for table in (self.found, self.staged, self.matched, self.states):
            drop(cursor, table)
        self._run("CREATE TEMP TABLE {staged} ON COMMIT DROP AS {rows}", rows=sql.SQL(rows))
        if self.model is Customer:
            self._run(WITHOUT_MERGED)
        merging.analyse(self.staged, is_temporary=True)
        is_own: sql.Composable = sql.SQL("true")
        if self.update:
            self._find(match)
        if match:
            is_own = sql.SQL("staged.external_id NOT IN (SELECT staged_key FROM {matched})").format(
                **self.parts
            )
        names = sql.SQL(", ").join(sql.Identifier(one.column) for one in self.fields)
        cursor.execute(MERGE.format(**self.parts, columns=names, is_own=is_own))
        if match:
            cursor.execute(UPDATE_MATCHED.format(**self.parts))
        # what comes next joins these tables: without fresh figures the planner takes them
        # for empty
        merging.analyse(self.model._meta.db_table)
        merging.analyse(self.states, is_temporary=True)
        self._write_down()
        if issubclass(self.model, KnowledgeSource):
            _tell_of(cursor, self.model, self.states)
        return self.states

    def _run(self, statement: str, **parts: sql.Composable) -> None:
        self.merging.cursor.execute(sql.SQL(statement).format(**self.parts, **parts))

    def _find(self, match: str) -> None:
        cursor = self.merging.cursor
        columns = sql.SQL(", ").join(
            sql.SQL("row.{}").format(sql.Identifier(one.column)) for one in self.fields
        )
        cursor.execute(FOUND.format(**self.parts, columns=columns))
        if match:
            cursor.execute(MATCHED.format(**self.parts, match=sql.SQL(match)))
            cursor.execute(FOUND_BY_MATCH.format(**self.parts, columns=columns))
        self.merging.analyse(self.found, is_temporary=True)

    def _write_down(self) -> None:
        entry, cursor = self.merging.entry, self.merging.cursor
        if entry is None:
            return
        stamp = self.merging.started_at
        entry.row_count += journal_made(cursor, entry, self.model, self.states, stamp)
        if self.update:
            tables = (self.states, self.found)
            entry.row_count += journal_edited(cursor, entry, self.model, tables, self.fields)

    def _fresh(self, one: Any) -> sql.Composable:
        """What a column becomes: the file's value, or its own where that is empty."""
        name = sql.Identifier(one.column)
        if one.name in self.laid_over:
            keys = sql.Literal(list(self.laid_over[one.name]))
            return sql.SQL("(row.{0} - {1}::text[]) || EXCLUDED.{0}").format(name, keys)
        if one.name not in self.kept:
            return sql.SQL("EXCLUDED.{}").format(name)
        if one.get_internal_type() in ("CharField", "TextField", "EmailField", "SlugField"):
            return sql.SQL("coalesce(nullif(EXCLUDED.{0}, ''), row.{0})").format(name)
        if one.get_internal_type() == "ArrayField":
            return sql.SQL(
                "CASE WHEN EXCLUDED.{0} = '{{}}' THEN row.{0} ELSE EXCLUDED.{0} END"
            ).format(name)
        return sql.SQL("coalesce(EXCLUDED.{0}, row.{0})").format(name)

    def _differ(self, fields: Sequence[Any]) -> sql.Composable:
        ours = sql.SQL(", ").join(
            sql.SQL("row.{}").format(sql.Identifier(one.column)) for one in fields
        )
        theirs = sql.SQL(", ").join(self._fresh(one) for one in fields)
        return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(ours, theirs)

    def _sets(self) -> list[sql.Composable]:
        sets: list[sql.Composable] = [
            sql.SQL("{} = {}").format(sql.Identifier(one.column), self._fresh(one))
            for one in self.fields
        ]
        sets.append(sql.SQL("updated_at = EXCLUDED.updated_at"))
        read = getattr(self.model, "ANALYSED_FIELDS", ())
        texts = [one for one in self.fields if one.name in read]
        if texts and issubclass(self.model, Analysable):
            for column, fresh in (
                ("requested_at", "EXCLUDED.requested_at"),
                ("analysed_at", "NULL"),
                ("attempts", "0"),
                ("analysis_error", "''"),
            ):
                sets.append(
                    sql.SQL("{0} = CASE WHEN {1} THEN {2} ELSE row.{0} END").format(
                        sql.Identifier(column), self._differ(texts), sql.SQL(fresh)
                    )
                )
        return sets


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


def _fillings(
    model: type[models.Model], given: set[str], now: datetime
) -> dict[str, sql.Composable]:
    """What the columns that a file does not bring are filled with in new rows."""
    moment = sql.SQL("{}::timestamptz").format(sql.Literal(now))
    fillings: dict[str, sql.Composable] = {}
    concrete: Any = model._meta.concrete_fields
    for one in concrete:
        if one.primary_key or one.generated or one.name in {*given, "source", "external_id"}:
            continue
        if getattr(one, "auto_now", False) or getattr(one, "auto_now_add", False):
            fillings[one.column] = moment
        elif one.has_default() or not one.null:
            value = one.get_default()
            prepared = one.get_db_prep_save(value, connection)
            cast = sql.SQL("::" + str(one.db_type(connection)))
            fillings[one.column] = sql.Literal(prepared) + cast
    return fillings


def latest_rows(table: str, key: str = "external_id") -> str:
    """A SELECT of each key's last row in the file: a later row overrides an earlier one."""
    return f"SELECT DISTINCT ON ({key}) * FROM {table} ORDER BY {key}, row_number DESC"  # noqa: S608
