"""One run of the importer: stage the rows that can be taken, then merge them as one.

The merge is one transaction: an import that is killed leaves nothing half, and running
it again completes it. The same file again changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from customers.imports.errors import ImportProblem, RowError
from customers.imports.files import Row, Table
from customers.imports.format import STAGE, Format
from customers.imports.rejects import Rejects
from customers.insight.aggregates import refresh
from customers.models import Customer, Message, Product, Review
from customers.signals import ring

Progress = Callable[["Outcome", int | None], None]


@dataclass(slots=True)
class Outcome:
    """What became of the data rows of a file: read = created + updated + unchanged + rejected."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects_file: str = ""
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON-ready data."""
        return asdict(self) | {"seconds": round(self.seconds, 2)}


def run_import(
    kind: Format,
    path: Path,
    source: str,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Take in the file. `progress` is called after each batch with the outcome so far and
    the number of rows, where the file tells it. Raises ImportProblem.
    """
    started = time.perf_counter()
    tell = progress or (lambda *_: None)
    table = kind.open(path)
    kind.check_columns(table.columns)
    rejects = Rejects(_rejects_path(path, source), table.columns)
    outcome = Outcome()
    with connection.cursor() as cursor:
        _make_stage(cursor, kind)
        try:
            _stage(cursor, kind, table, rejects, outcome, tell)
            _merge(cursor, kind, source, outcome, mended=table.is_mended, dry_run=dry_run)
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")
    if not dry_run:
        refresh()
    outcome.rejects_file = rejects.close()
    outcome.seconds = time.perf_counter() - started
    tell(outcome, table.rows_total)
    return outcome


def _make_stage(cursor: Any, kind: Format) -> None:
    columns = ", ".join(f"{name} {type_name}" for name, type_name in kind.staged.items())
    cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")
    cursor.execute(
        f"CREATE TEMP TABLE {STAGE} "
        f"(row_number bigint, {columns}, state text NOT NULL DEFAULT 'unchanged')"
    )


def _stage(
    cursor: Any,
    kind: Format,
    table: Table,
    rejects: Rejects,
    outcome: Outcome,
    progress: Progress,
) -> None:
    columns = [sql.Identifier(name) for name in ("row_number", *kind.staged)]
    copy_rows = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(STAGE), sql.SQL(", ").join(columns)
    )
    numbers = count(1)
    for batch in table.batches:
        with cursor.copy(copy_rows) as copy:
            for row, number in zip(batch, numbers, strict=False):
                staged = _read(kind, row, number, rejects)
                if staged is not None:
                    copy.write_row((number, *staged))
        outcome.read, outcome.rejected = outcome.read + len(batch), rejects.count
        progress(outcome, table.rows_total)


def _read(kind: Format, row: Row, number: int, rejects: Rejects) -> tuple[Any, ...] | None:
    try:
        if "" in row:
            raise RowError("", row[""])
        return kind.read(row)
    except RowError as error:
        rejects.add(number, row, error)
        return None


def _merge(
    cursor: Any, kind: Format, source: str, outcome: Outcome, *, mended: bool, dry_run: bool
) -> None:
    with transaction.atomic():
        cursor.execute(f"ANALYZE {STAGE}")
        kind.merge(cursor, source, mended=mended)
        cursor.execute(f"SELECT state, count(*) FROM {STAGE} GROUP BY state")  # noqa: S608
        states = dict(cursor.fetchall())
        if dry_run:
            transaction.set_rollback(True)
        else:
            for model in (Product, Message, Review, Customer):
                ring(model)
    outcome.created = states.get("created", 0)
    outcome.updated = states.get("updated", 0)
    outcome.unchanged = states.get("unchanged", 0)


def _rejects_path(path: Path, source: str) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return Path(
        settings.REJECTS_DIR, f"{source}-{path.stem}-{stamp}-{time.time_ns() % 10**6:06}.csv"
    )


def as_source(name: str) -> str:
    """`name` as a source: lower-case letters, digits and dashes. Raises ImportProblem."""
    if not name or not all(ch.isascii() and (ch.isalnum() or ch in "-_") for ch in name):
        raise ImportProblem(f"{name!r} is no source name: use letters, digits, dashes.")
    return name.lower()[:40]
