"""Processor time of this process and of its database session: a cost that does not hang on
what else the machine does. From Linux's /proc; elsewhere it is not measured (None).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

PROC = Path("/proc")
USER_FIELD = 11  # of the fields after the name in /proc/PID/stat; the system's time is next


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took: seconds on the clock, and of processors where it is known."""

    seconds: float
    cpu_seconds: float | None


def cost_of(work: Callable[[], Any]) -> Cost:
    """What the work takes, done in this process and in its one database session."""
    session = _session_pid()
    before, started = _cpu_seconds(session), time.perf_counter()
    work()
    seconds, after = time.perf_counter() - started, _cpu_seconds(session)
    known = before is not None and after is not None
    return Cost(seconds, after - before if known else None)  # type: ignore[operator]


def _session_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_seconds(session: int) -> float | None:
    try:
        fields = (PROC / str(session) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    ticks = int(fields[USER_FIELD]) + int(fields[USER_FIELD + 1])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")
