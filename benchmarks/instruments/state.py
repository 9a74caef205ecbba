"""State folders: gone when the benchmark ends, or kept for the next run. Needs no settings."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path


def kept_state(folder: Path) -> AbstractContextManager[Path]:
    """A folder that stays, with what an earlier run made in it."""
    folder.mkdir(parents=True, exist_ok=True)
    return nullcontext(folder.resolve())


@contextmanager
def temporary_state() -> Iterator[Path]:
    """An empty folder for database, broker and secrets of one benchmark."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-bench-"))
    folder.chmod(0o755)  # as root, the database runs as another user, who must get there
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
