"""An Import row carried out: its progress, counts and outcome stand on the row."""

from __future__ import annotations

import time
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from customers.imports.errors import ImportProblem
from customers.imports.formats import FORMATS
from customers.imports.run import Outcome, run_import
from customers.models import Import

NOTE_EVERY_SECONDS = 0.5


def carry_out(pk: int) -> None:
    """Run the import unless somebody runs or ran it; whatever goes wrong is on the row."""
    waiting = Import.objects.filter(pk=pk, status=Import.Status.QUEUED)
    if not waiting.update(status=Import.Status.RUNNING, started_at=timezone.now()):
        return
    job = Import.objects.get(pk=pk)
    try:
        outcome = run_import(
            FORMATS[job.format], Path(job.file.path), job.source, progress=_Notes(job)
        )
    except ImportProblem as problem:
        _finish(job, Import.Status.FAILED, error=str(problem))
        return
    except Exception as error:
        # whatever happened, the page must not show an import that runs for ever
        _finish(job, Import.Status.FAILED, error=f"{type(error).__name__}: {error}"[:500])
        raise
    _note(job, outcome, job.rows_total)
    _finish(job, Import.Status.DONE, rejects_file=Path(outcome.rejects_file).name)


class _Notes:
    """Writes the progress onto the row, about twice a second."""

    def __init__(self, job: Import) -> None:
        self.job, self.noted_at = job, 0.0

    def __call__(self, outcome: Outcome, rows_total: int | None) -> None:
        if time.monotonic() - self.noted_at >= NOTE_EVERY_SECONDS:
            _note(self.job, outcome, rows_total)
            self.noted_at = time.monotonic()


def _note(job: Import, outcome: Outcome, rows_total: int | None) -> None:
    job.rows_total = rows_total or job.rows_total
    for name in ("read", "created", "updated", "unchanged", "rejected"):
        setattr(job, name, getattr(outcome, name))
    job.save(update_fields=["rows_total", "read", "created", "updated", "unchanged", "rejected"])


def _finish(job: Import, status: str, *, error: str = "", rejects_file: str = "") -> None:
    with transaction.atomic():
        job.status, job.error, job.rejects_file = status, error, rejects_file
        job.finished_at = timezone.now()
        job.save(update_fields=["status", "error", "rejects_file", "finished_at"])
