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

from benchmarks.instruments.process_memory import tree_of

PROC = Path("/proc")
# Of the fields after the name in /proc/PID/stat: the user's time; next to it stand the system's,
# and both of the children that ended.
USER_FIELD = 11
PARTS = {"granian": "web", "postgres": "database", "celery": "worker"}


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


def spent_by_parts(root: int) -> dict[str, float]:
    """Processor seconds so far of the web server, the database and the workers below `root`,
    with what they started; empty where it is not known.
    """
    spent: dict[str, float] = {}
    for process in tree_of(root):
        part = next((part for mark, part in PARTS.items() if mark in process.command), None)
        times = _times(process.pid)
        if part and times:
            spent[part] = spent.get(part, 0.0) + sum(times)
    return spent


def _times(pid: int) -> list[float]:
    """User and system seconds of a process and of its children that ended."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[USER_FIELD : USER_FIELD + 4]]


def _session_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_seconds(session: int) -> float | None:
    times = _times(session)
    return time.process_time() + sum(times[:2]) if times else None
