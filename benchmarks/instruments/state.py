"""A state folder that is gone when the benchmark ends. Needs no settings."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_state() -> Iterator[Path]:
    """An empty folder for database, broker and secrets of one benchmark."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-bench-"))
    folder.chmod(0o755)  # as root, the database runs as another user, who must get there
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
