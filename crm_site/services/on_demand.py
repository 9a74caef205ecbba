"""The embedded database for the duration of one command, when nobody runs it yet."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from crm_site.services.errors import ServiceError
from crm_site.services.postgres import EmbeddedPostgres


@contextmanager
def owned(var: Path) -> Iterator[None]:
    """Hold the database of `var` as the one who runs it. Raises ServiceError when taken."""
    with _lock_file(var) as lock:
        if not _try_lock(lock):
            raise ServiceError(
                f"Rapport is already running over {var}; stop it first, or set RAPPORT_VAR."
            )
        yield


@contextmanager
def ensure_postgres(var: Path) -> Iterator[None]:
    """A database that answers: the running one, or one of our own until the end.

    A second command waits until the first one's own database is gone.
    """
    server = EmbeddedPostgres(var)
    with _lock_file(var) as lock:
        while not _try_lock(lock):
            if _is_up(var) and server.answers():
                yield
                return
            time.sleep(0.1)
        server.start()
        try:
            yield
        finally:
            server.stop()


def mark_up(var: Path, *, running: bool) -> None:
    """Note that the whole product runs over `var`, in this process, so that commands share its
    database and can tell it to load its code anew.
    """
    path = var / "up"
    path.write_text(str(os.getpid())) if running else path.unlink(missing_ok=True)


def renew(var: Path) -> None:
    """Have the product that runs over `var` load its code and settings anew. Raises ServiceError
    when none runs.
    """
    try:
        os.kill(int((var / "up").read_text()), signal.SIGUSR1)
    except (OSError, ValueError) as error:
        raise ServiceError(f"Nothing runs over {var}; start it with manage.py up.") from error


def _is_up(var: Path) -> bool:
    return (var / "up").exists()


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(var: Path) -> IO[str]:
    try:
        var.mkdir(parents=True, exist_ok=True)
        return (var / "postgres.lock").open("a")
    except OSError as error:
        raise ServiceError(f"The state folder {var} cannot be written: {error}") from error
