"""The file of rows that could not be taken in: number, column, reason, and the row itself.

It is opened in a spreadsheet and brought back: nothing in it runs, and what is read of it
again (see `files`) is what the row was.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from customers.imports.errors import RowError
from customers.imports.files import REJECT_COLUMNS, Row
from customers.spreadsheet_cells import guarded


class Rejects:
    """Writes a CSV that is made with its first row; row numbers count data rows from 1."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = [name for name in columns if name not in REJECT_COLUMNS]
        self.count = 0
        self._file: IO[str] | None = None
        self._writer: Any = None

    def add(self, number: int, row: Row, error: RowError) -> None:
        """Note one row and why it was refused."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open(
                "w", encoding="utf-8", errors="backslashreplace", newline=""
            )
            self._writer = csv.writer(self._file)
            self._write([*REJECT_COLUMNS, *self.columns])
        values = ["" if row.get(name) is None else row[name] for name in self.columns]
        self._write([number, error.column, error.reason, *values])
        self.count += 1

    def _write(self, values: Sequence[Any]) -> None:
        self._writer.writerow([guarded(str(value)) for value in values])

    def close(self) -> str:
        """Finish the file; its path, or "" when no row was refused."""
        if self._file is None:
            return ""
        self._file.close()
        return str(self.path)
