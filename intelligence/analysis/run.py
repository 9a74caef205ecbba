"""Reading what is pending: a few named rows, or all of a kind until none is left."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from customers.failpoints import failpoint
from customers.models import MAX_ATTEMPTS, Analysable
from intelligence.analysis.claim import claimed
from intelligence.analysis.kind import Kind, Result
from intelligence.analysis.limits import TooLong, within
from intelligence.analysis.store import store
from intelligence.ending import is_ending

logger = logging.getLogger(__name__)

ROWS_AS_LONG = 64  # so many rows may take as long again as any batch may


@dataclass(slots=True)
class Tally:
    """Rows that were stored, rows that were set aside, and whether time ran out first."""

    n: int = 0
    failed: int = 0
    out_of_time: bool = False

    def add(self, other: Tally) -> None:
        """Count another run's rows too."""
        self.n += other.n
        self.failed += other.failed


def analyse_rows(kind: Kind, pks: Sequence[int]) -> Tally:
    """Read those of these rows that are pending and that nobody else is reading."""
    return _drain(kind, pks, deadline=None)


def analyse_pending(kind: Kind, seconds: float | None = None) -> Tally:
    """Read all pending rows of a kind; stops between two batches after `seconds`, or when the
    worker is asked to end.
    """
    _prepare(kind)
    kind.before_bulk()
    return _drain(kind, None, None if seconds is None else time.monotonic() + seconds)


def _drain(kind: Kind, pks: Sequence[int] | None, deadline: float | None) -> Tally:
    _prepare(kind)
    tally = Tally()
    while not is_ending() and (deadline is None or time.monotonic() < deadline):
        with claimed(kind, settings.ANALYSIS_BATCH_ROWS, pks) as rows:
            if not rows:
                return tally
            failpoint("claimed")
            tally.add(analyse_batch(kind, rows))
            failpoint("stored")
    tally.out_of_time = True
    return tally


def _prepare(kind: Kind) -> None:
    """Load the engines; when that fails no try is counted, and the rows say why."""
    try:
        kind.prepare()
    except Exception as error:
        waiting = kind.model.objects.pending().filter(analysis_error="")
        waiting.update(analysis_error=describe(error))
        raise


def analyse_batch(kind: Kind, rows: Sequence[Any]) -> Tally:
    """Read and store these claimed rows; a batch that raises is halved until the row
    that raises stands alone, and that one keeps its error.

    A batch that takes too long is not halved, or its halves would take as long again each: its
    rows come back in smaller company, as those whose worker died do.
    """
    try:
        return Tally(n=store(kind, rows, _read(kind, rows)))
    except (OperationalError, InterfaceError):
        raise  # the database is away: not the fault of any row
    except TooLong as error:
        return _record_failure(rows[0], error) if len(rows) == 1 else Tally()
    except Exception as error:
        # An engine may raise anything on some input, and one row must not stop the rest.
        if len(rows) == 1:
            return _record_failure(rows[0], error)
    half = len(rows) // 2
    tally = analyse_batch(kind, rows[:half])
    tally.add(analyse_batch(kind, rows[half:]))
    return tally


def _read(kind: Kind, rows: Sequence[Any]) -> list[Result]:
    with within(settings.ANALYSIS_PATIENCE_SECONDS * (1 + len(rows) / ROWS_AS_LONG)):
        return kind.read(rows)


def _record_failure(row: Analysable, error: Exception) -> Tally:
    logger.warning("%s %s could not be read: %s", type(row).__name__, row.pk, type(error).__name__)
    same_text = type(row)._base_manager.filter(pk=row.pk, requested_at=row.requested_at)
    same_text.filter(analysed_at__isnull=True).update(analysis_error=describe(error))
    return Tally(failed=int(row.attempts >= MAX_ATTEMPTS))


def describe(error: BaseException) -> str:
    """The error as one line for staff: its type and its message, cut to 500 characters."""
    if isinstance(error, MemoryError) and not str(error):
        error = MemoryError("reading it takes more memory than a worker may have")
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:500]
