"""Rows that could not be taken in, as a file: number, column, reason, and the row itself.

It is opened in a spreadsheet and brought back: nothing in it runs, and what is read of it
again (see `delimited`) is what the row was.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from customers.imports.errors import RowError
from customers.imports.table import REJECT_COLUMNS, Row, column_of, original_of
from customers.models import Import, RefusedRow
from customers.spreadsheet_cells import guarded

MOST_REASON, MOST_COLUMN = 500, 200


def refused_row(number: int, row: Row, error: RowError) -> RefusedRow:
    """What is kept of a row that could not be taken; row numbers count data rows from 1."""
    cells = original_of(row)
    return RefusedRow(
        number=number,
        column=as_cell(column_of(row, error.column))[:MOST_COLUMN],
        reason=as_cell(error.reason)[:MOST_REASON],
        cells={
            name: as_cell(value)
            for name, value in cells.items()
            if name and name not in REJECT_COLUMNS and value is not None
        },
    )


def refused_lines(job: Import) -> Iterator[str]:
    """The lines of the CSV file of an import's refused rows."""
    writer: Any = csv.writer(_Echo())
    columns = [name for name in job.columns if name not in REJECT_COLUMNS]
    yield writer.writerow(_guarded([*REJECT_COLUMNS, *columns]))
    rows: Iterable[RefusedRow] = job.refused_rows.order_by("number").iterator()
    for row in rows:
        cells = [row.cells.get(name, "") for name in columns]
        yield writer.writerow(_guarded([row.number, row.column, row.reason, *cells]))


def write_refused(job: Import, path: Path) -> str:
    """Write that file, if a row was refused; its path, or ""."""
    if not job.refused_rows.exists():
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(refused_lines(job))
    return str(path)


class _Echo:
    """A file for `csv.writer` that hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def _guarded(values: Sequence[Any]) -> list[str]:
    return [guarded(str(value)) for value in values]


def as_cell(value: Any) -> str:
    """A value as text that the database can hold and a reader reads alike."""
    if isinstance(value, float) and (math.isnan(value) or value.is_integer()):
        value = "" if math.isnan(value) else int(value)
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value).replace("\x00", "\\x00")
    return text.encode("utf-8", "backslashreplace").decode()
