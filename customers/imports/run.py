"""One run of the importer: rows are staged by COPY and merged as sets, chunk by chunk.

What a chunk brings, what became of its rows, the rows of it that were refused, its journal and
how far the file is read are one transaction. So an import that is killed goes on where it was,
to the row; and the same file again changes nothing. Where the rows of one record may stand
anywhere in the file (lines of orders), the file is one chunk.

A chunk that the database refuses is halved until the row that it refuses stands alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from psycopg import sql

from customers.imports.erased import Erased
from customers.imports.errors import Cancelled, ImportProblem, RowError
from customers.imports.format import STAGE, Format
from customers.imports.mapping import mapped
from customers.imports.merge import Merging
from customers.imports.rejects import refused_row, write_refused
from customers.imports.samples import Samples
from customers.imports.table import Row, Table
from customers.insight.aggregates import refresh
from customers.models import (
    Customer,
    Import,
    JournalEntry,
    Message,
    Product,
    RefusedRow,
    Review,
    User,
)
from customers.signals import ring

CHUNK_ROWS = 20_000
ANALYSE_AGAIN = (4, 16, 64)  # chunks before which the planner is given fresh figures
COUNTS = ("read", "created", "updated", "unchanged", "rejected")

STATES = f"""
    SELECT state, count(*) FROM (SELECT row_number, min(state) AS state FROM {STAGE}
    GROUP BY row_number) told GROUP BY state
"""  # noqa: S608

Progress = Callable[["Outcome", int | None], None]
Staged = tuple[int, tuple[Any, ...]]


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


@dataclass(slots=True)
class _Chunk:
    """Rows on their way: those that were read, and those that were refused."""

    staged: list[Staged] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    last: int = 0


def run_import(
    kind: Format,
    path: Path,
    source: str,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    by: User | None = None,
    clears_empty: bool = False,
) -> Outcome:
    """Take in the file, as an import of its own. `progress` is called after each batch with
    the outcome so far and the number of rows, where the file tells it. Raises ImportProblem.
    """
    status = Import.Status.RUNNING
    job = Import(format=kind.name, source=source, file_name=path.name[:255], status=status)
    job.created_by, job.clears_empty = by, clears_empty
    if dry_run:
        return Run(kind, path, job, progress).check()[0]
    job.save()
    with _told(job):
        outcome = Run(kind, path, job, progress).carry_out()
        outcome.rejects_file = write_refused(job, _rejects_path(path, source))
    Import.objects.filter(pk=job.pk).update(status=Import.Status.DONE, finished_at=timezone.now())
    return outcome


@contextmanager
def _told(job: Import) -> Iterator[None]:
    """What ends the import stands on its row."""
    try:
        yield
    except Exception as error:
        if not connection.needs_rollback:
            failed = {"status": Import.Status.FAILED, "error": str(error)[:500]}
            Import.objects.filter(pk=job.pk).update(**failed, finished_at=timezone.now())
        raise


class Run:
    """A file on its way in, from where the import stands."""

    def __init__(
        self, kind: Format, path: Path, job: Import, progress: Progress | None = None
    ) -> None:
        self.kind, self.job = kind.in_this_shop(), job
        self.erased = Erased(self.kind, job.source)
        self.table: Table = mapped(self.kind, kind.open(path), job.mapping)
        job.columns = job.columns or list(self.table.file_columns)
        self.samples: Samples | None = None
        self._tell = progress or (lambda *_: None)
        self._analysed: set[str] = set()
        self._chunks = 0
        skips = 0 if kind.is_whole else job.read
        self.outcome = Outcome(*([getattr(job, name) for name in COUNTS] if skips else ()))
        self._skips = skips

    def carry_out(self) -> Outcome:
        """Take in what is not in yet. Raises ImportProblem or Cancelled."""
        started = time.perf_counter()
        self._start()
        self._go()
        if not self.job.entry or not self.job.entry.row_count:
            JournalEntry.objects.filter(shop_import=self.job, row_count=0).delete()
        refresh()
        self.outcome.seconds = time.perf_counter() - started
        self._tell(self.outcome, self.table.rows_total)
        return self.outcome

    def check(self) -> tuple[Outcome, Samples]:
        """What would become of the rows, with examples; nothing is written. A key that stands
        in two chunks counts as new in both. Raises ImportProblem or Cancelled.
        """
        started = time.perf_counter()
        self.samples = Samples()
        self._go()
        self.outcome.seconds = time.perf_counter() - started
        return self.outcome, self.samples

    def _start(self) -> None:
        """The journal's entry; the rows of a whole file that were refused before are read anew."""
        job = self.job
        with transaction.atomic():
            if job.entry is None:
                note = f"{job.file_name} → {job.source}"[:300]
                kind = JournalEntry.Kind.IMPORTED
                job.entry = JournalEntry.objects.create(kind=kind, by=job.created_by, note=note)
            if not self._skips:
                job.refused_rows.all().delete()
            job.save(update_fields=["entry", "columns"])

    def _go(self) -> None:
        with connection.cursor() as cursor:
            make_stage(cursor, self.kind)
            try:
                if self.kind.is_whole:
                    self._take_whole(cursor)
                else:
                    self._take_in_chunks(cursor)
            finally:
                if not connection.needs_rollback:
                    cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")

    def _take_in_chunks(self, cursor: Any) -> None:
        chunk, number = _Chunk(), 0
        for batch in self.table.batches:
            self.erased.look_again()
            for row in batch:
                number += 1
                if number <= self._skips:
                    continue
                self._read(chunk, number, row)
                if number - self.outcome.read >= CHUNK_ROWS:
                    chunk.last = number
                    self._take(cursor, chunk)
                    self._tell(self.outcome, self.table.rows_total)
                    chunk = _Chunk()
        chunk.last = number
        if number > self.outcome.read:
            self._take(cursor, chunk)

    def _take_whole(self, cursor: Any) -> None:
        chunk, number = _Chunk(), 0
        for batch in self.table.batches:
            self.erased.look_again()
            for row in batch:
                number += 1
                self._read(chunk, number, row)
            copy_rows(cursor, self.kind, chunk.staged)
            chunk.staged = []
            far = Outcome(read=number, rejected=len(chunk.refused))
            self._tell(far, self.table.rows_total)
        chunk.last = number
        with transaction.atomic():
            self._merge(cursor, chunk)

    def _read(self, chunk: _Chunk, number: int, row: Row) -> None:
        try:
            if row.get(""):
                raise RowError("", row[""])
            staged = [(number, values) for values in self.kind.read_all(row)]
            if any(self.erased.means(values) for _number, values in staged):
                chunk.refused.append(self.erased.refused(number))
                return
        except RowError as error:
            chunk.refused.append(refused_row(number, row, error))
        else:
            chunk.staged += staged

    def _take(self, cursor: Any, chunk: _Chunk) -> None:
        """Merge a chunk; where the database refuses it, its halves."""
        try:
            with transaction.atomic():
                cursor.execute(f"TRUNCATE {STAGE}")
                copy_rows(cursor, self.kind, chunk.staged)
                self._merge(cursor, chunk)
        except (DataError, IntegrityError) as error:
            for part in _parts(chunk, str(error).splitlines()[0]):
                self._take(cursor, part)

    def _merge(self, cursor: Any, chunk: _Chunk) -> None:
        self._chunks += 1
        if self._chunks in ANALYSE_AGAIN:
            self._analysed.clear()
        cursor.execute(f"ANALYZE {STAGE}")
        merging = self._merging(cursor)
        self.kind.merge(merging)
        cursor.execute(STATES)
        self._count(chunk, dict(cursor.fetchall()))
        if self.samples is not None:
            self.samples.take(cursor, self.kind, merging.entry, chunk.refused)
            transaction.set_rollback(True)
        else:
            self._keep(chunk, merging)

    def _merging(self, cursor: Any) -> Merging:
        entry = self.job.entry
        if self.samples is not None and self.samples.wants_changes:
            entry = JournalEntry.objects.create(kind=JournalEntry.Kind.IMPORTED)
        return Merging(
            cursor,
            self.job.source,
            entry,
            columns=frozenset(self.table.columns),
            keeps=not self.job.clears_empty,
            match_by=self.job.match_by,
            is_mended=self.table.is_mended,
            analysed=self._analysed,
        )

    def _count(self, chunk: _Chunk, states: dict[str, int]) -> None:
        outcome = self.outcome
        outcome.read = chunk.last
        outcome.rejected += len(chunk.refused)
        outcome.created += states.get("created", 0)
        outcome.updated += states.get("updated", 0)
        told = outcome.created + outcome.updated + outcome.rejected
        outcome.unchanged = outcome.read - told  # of rows that tell of nothing, too

    def _keep(self, chunk: _Chunk, merging: Merging) -> None:
        """What is kept of the chunk beside its records, in their transaction."""
        job = self.job
        for row in chunk.refused:
            row.shop_import = job
        RefusedRow.objects.bulk_create(chunk.refused, batch_size=2_000)
        if merging.entry is not None:
            merging.entry.save(update_fields=["row_count"])
        for name in COUNTS:
            setattr(job, name, getattr(self.outcome, name))
        job.tries = 0
        job.save(update_fields=[*COUNTS, "tries"])
        for model in (Product, Message, Review, Customer):
            ring(model)


def _parts(chunk: _Chunk, reason: str) -> list[_Chunk]:
    """The two halves of a chunk, or the one row of it as refused. Each half ends where the
    next begins, so that how far the file is read stays true.
    """
    if len(chunk.staged) <= 1:
        refused = [
            RefusedRow(number=number, reason=reason[:500], cells=_cells(values))
            for number, values in chunk.staged
        ]
        return [_Chunk([], [*chunk.refused, *refused], chunk.last)]
    middle = chunk.staged[len(chunk.staged) // 2][0]
    first = _Chunk(
        [one for one in chunk.staged if one[0] < middle],
        [row for row in chunk.refused if row.number < middle],
        middle - 1,
    )
    second = _Chunk(
        [one for one in chunk.staged if one[0] >= middle],
        [row for row in chunk.refused if row.number >= middle],
        chunk.last,
    )
    return [first, second]


def _cells(values: tuple[Any, ...]) -> dict[str, str]:
    return {str(place): str(value) for place, value in enumerate(values) if value is not None}


def make_stage(cursor: Any, kind: Format) -> None:
    """Make the empty staging table of a format anew."""
    columns = ", ".join(f"{name} {type_name}" for name, type_name in kind.staged.items())
    cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")
    cursor.execute(
        f"CREATE TEMP TABLE {STAGE} "
        f"(row_number bigint, {columns}, state text NOT NULL DEFAULT 'unchanged')"
    )


def copy_rows(cursor: Any, kind: Format, rows: list[Staged]) -> None:
    """Stage rows that were read."""
    columns = [sql.Identifier(name) for name in ("row_number", *kind.staged)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(STAGE), sql.SQL(", ").join(columns)
    )
    with cursor.copy(statement) as copy:
        for number, values in rows:
            copy.write_row((number, *values))


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


__all__ = ["COUNTS", "Cancelled", "Outcome", "Run", "as_source", "run_import"]
