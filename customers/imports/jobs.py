"""An Import row carried out: looked into, checked, taken in; all of it stands on the row.

The lock is the database session's: where it is free, an import that a worker began has lost
its worker, and whoever comes next goes on where that one was.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils import timezone

from customers.imports.errors import Cancelled, ImportProblem
from customers.imports.format import Format
from customers.imports.formats import format_named, recognised
from customers.imports.mapping import proposed
from customers.imports.rejects import as_cell
from customers.imports.run import COUNTS, Outcome, Run, as_source
from customers.imports.table import REJECT_COLUMNS
from customers.locks import held
from customers.models import Import, ImportMapping

LOCK_SPACE = 7312
NOTE_EVERY_SECONDS = 0.5
SAMPLE_ROWS = 20
MOST_SAMPLE_TEXT = 200
CUT_OFF = "The import was cut off {tries} times at the same row, {row:,}; nothing more was tried."
FILE_GONE = "The file is not here any more: start the import again."


def carry_out(pk: int) -> None:
    """Do what an import waits for, unless somebody does; whatever goes wrong is on the row."""
    with held(LOCK_SPACE, pk) as is_mine:
        job = Import.objects.for_workers().filter(pk=pk).first() if is_mine else None
        if job is None:
            return
        try:
            _STEPS[job.status](job)
        except ImportProblem as problem:
            _finish(job, Import.Status.FAILED, error=str(problem))
        except Cancelled:
            _finish(job, Import.Status.CANCELLED)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the row stays as it is, and is taken up again
        except Exception as error:
            # whatever happened, the page must not show an import that runs for ever
            _finish(job, Import.Status.FAILED, error=f"{type(error).__name__}: {error}"[:500])
            raise


def carry_out_all() -> int:
    """Do what any import waits for, such as one whose worker died; how many those were."""
    waiting = list(Import.objects.for_workers().order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        carry_out(pk)
    return len(waiting)


def look_into(job: Import) -> None:
    """See how the file is written, what its first rows are, and which format it has."""
    path = _path(job)
    kind = format_named(job.format) if job.format else None
    if kind is not None and not kind.fields and not kind.signatures:
        table = kind.open(path)
    elif path.suffix.lower() == ".zip":
        kind = format_named("articles")
        table = kind.open(path)
    else:
        from customers.imports.files import open_table

        table = open_table(path)
        kind = kind or recognised(table.columns)
    kind = kind.in_this_shop() if kind else None
    rows = next(table.batches, [])[:SAMPLE_ROWS]
    job.sample = [
        {
            name: as_cell(value)[:MOST_SAMPLE_TEXT]
            for name, value in row.items()
            if value is not None
        }
        for row in rows
    ]
    job.dialect, job.columns = dict(table.dialect), list(table.file_columns)
    job.rows_total = table.rows_total
    job.format = kind.name if kind else ""
    job.mapping = _mapping_for(job, kind)
    job.source = job.source or (job.format.partition("_")[0] if job.format else "")
    job.status = Import.Status.READY
    names = ("sample", "dialect", "columns", "rows_total", "format", "mapping", "source", "status")
    job.save(update_fields=names)


def _mapping_for(job: Import, kind: Format | None) -> dict[str, str]:
    """A kept mapping whose columns are all there, else what the names of columns tell."""
    if kind is None or kind.signatures:
        return {}
    columns = {name for name in job.columns if name not in REJECT_COLUMNS}
    for kept in ImportMapping.objects.filter(format=job.format).order_by("-updated_at"):
        if set(kept.mapping.values()) == columns & set(kept.mapping.values()) and kept.mapping:
            return kept.mapping
    return proposed(kind, job.columns)


def check(job: Import) -> None:
    """Say what would become of the rows; nothing is written."""
    run = Run(format_named(job.format), _path(job), job, _Notes(job, is_check=True))
    outcome, samples = run.check()
    told = {name: getattr(outcome, name) for name in COUNTS}
    job.check_result = {**told, "seconds": round(outcome.seconds, 1), **samples.as_json()}
    job.checked_at, job.status, job.read = timezone.now(), Import.Status.READY, 0
    job.rows_total = outcome.read
    names = ("check_result", "checked_at", "status", "read", "rows_total")
    job.save(update_fields=names)


def take_in(job: Import) -> None:
    """Take in what is not in yet."""
    if job.tries >= Import.MOST_TRIES:
        raise ImportProblem(CUT_OFF.format(tries=job.tries, row=job.read))
    begun = {"status": Import.Status.RUNNING, "tries": F("tries") + 1}
    if not Import.objects.filter(pk=job.pk).update(**begun):
        return
    job.refresh_from_db()
    job.started_at = job.started_at or timezone.now()
    as_source(job.source)
    outcome = Run(format_named(job.format), _path(job), job, _Notes(job)).carry_out()
    job.rows_total = outcome.read
    for name in COUNTS:
        setattr(job, name, getattr(outcome, name))
    job.save(update_fields=["rows_total", "started_at", *COUNTS])
    _finish(job, Import.Status.DONE)


_STEPS: dict[str, Any] = {
    Import.Status.UPLOADED: look_into,
    Import.Status.CHECKING: check,
    Import.Status.QUEUED: take_in,
    Import.Status.RUNNING: take_in,
}


class _Notes:
    """Writes the progress onto the row about twice a second, and looks for a cancel."""

    def __init__(self, job: Import, *, is_check: bool = False) -> None:
        self.job, self.noted_at = job, 0.0
        self.is_check = is_check

    def __call__(self, outcome: Outcome, rows_total: int | None) -> None:
        if time.monotonic() - self.noted_at < NOTE_EVERY_SECONDS:
            return
        self.noted_at = time.monotonic()
        noted: dict[str, Any] = {"rows_total": rows_total or self.job.rows_total}
        if self.is_check or outcome.read > self.job.read:
            noted["read"] = outcome.read
        Import.objects.filter(pk=self.job.pk).update(**noted)
        if Import.objects.filter(pk=self.job.pk, cancel_requested_at__isnull=False).exists():
            raise Cancelled


def _path(job: Import) -> Path:
    if not job.file or not Path(job.file.path).is_file():
        raise ImportProblem(FILE_GONE)
    return Path(job.file.path)


def _finish(job: Import, status: str, *, error: str = "") -> None:
    if connection.needs_rollback:
        return
    stands: dict[str, Any] = {"status": status, "error": error, "finished_at": timezone.now()}
    if job.status == Import.Status.CHECKING:
        # a check that ends early leaves the import as it was before
        stands = {"status": Import.Status.READY, "error": error, "read": 0}
        stands["cancel_requested_at"] = None
    Import.objects.filter(pk=job.pk).update(**stands)
