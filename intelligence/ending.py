"""Whether this worker was asked to end: told by its main process, seen by its pool processes.

Celery lets a task come to its end, and a bulk run lasts two minutes; so runs look here between
two batches.
"""

from __future__ import annotations

import mmap
from typing import Any

from celery.signals import worker_shutting_down

_shared = mmap.mmap(-1, 1)  # anonymous, so a process forked later sees what is written


def is_ending() -> bool:
    """Whether to begin nothing more."""
    return _shared[0] != 0


@worker_shutting_down.connect
def begin_to_end(**_: Any) -> None:
    """Tell all processes of this worker."""
    _shared[0] = 1
