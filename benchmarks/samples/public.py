"""Where the public data sets are, when somebody put them beside the repository."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def public_file(name: str) -> Path | None:
    """The file of this name among the public data; None when it is not there."""
    path = DATA / name
    return path if path.is_file() else None
