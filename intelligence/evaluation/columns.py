"""Tables from outside, column by column: parquet, CSV or JSONL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet


class TableError(ValueError):
    """A table cannot be read as asked; one line that says what is missing."""


def read_columns(path: Path, required: Sequence[str]) -> pa.Table:
    """The table in `path`, which has at least these columns. Raises TableError."""
    readers = {
        ".parquet": pyarrow.parquet.read_table,
        ".csv": pyarrow.csv.read_csv,
        ".jsonl": pyarrow.json.read_json,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise TableError(f"{path}: not a .parquet, .csv or .jsonl file")
    try:
        table = reader(str(path))
    except (OSError, pa.ArrowInvalid) as error:
        raise TableError(f"{path} cannot be read: {error}") from error
    missing = [name for name in required if name not in table.column_names]
    if missing:
        raise TableError(
            f"{path} has no column {', '.join(missing)}; found {', '.join(table.column_names)}"
        )
    return table
