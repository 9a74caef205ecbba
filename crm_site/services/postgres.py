"""The embedded PostgreSQL: where it is."""

from pathlib import Path
from urllib.parse import quote


def embedded_url(var: Path) -> str:
    """The address of the embedded database whose state is in `var`."""
    return f"postgres://postgres@/rapport?host={quote(str(var / 'run'))}"
