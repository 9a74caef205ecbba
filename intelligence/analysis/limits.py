"""How long a batch may take: a text on which a model never ends must not stop the rest."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TooLong(Exception):
    """Reading did not end in time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TooLong in the block once `seconds` are over; 0 never does.

    By a timer of the process, which only its main thread may set: there pool processes and
    commands read. Code that never comes back to Python is ended by the task's own limit.
    """
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise TooLong(f"reading took longer than {seconds:.3g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
