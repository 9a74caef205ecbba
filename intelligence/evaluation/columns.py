"""Tables from outside, column by column: parquet, CSV or JSONL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

# A row longer than a block cannot be read; a single text may have megabytes.
BLOCK = 1 << 26


class TableError(ValueError):
    """A table cannot be read as asked; one line that says what is missing."""


def read_columns(path: Path, required: Sequence[str | Sequence[str]]) -> pa.Table:
    """The table in `path`, which has at least these columns; where several names are
    given for one, one of them. Raises TableError.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise TableError(f"{path}: not a .parquet, .csv or .jsonl file")
    try:
        table = reader(path)
    except (OSError, pa.ArrowException) as error:
        raise TableError(f"{path} cannot be read: {error}") from error
    wanted = [[name] if isinstance(name, str) else list(name) for name in required]
    missing = [names for names in wanted if not set(names) & set(table.column_names)]
    if missing:
        named = ", ".join(" or ".join(names) for names in missing)
        raise TableError(f"{path} has no column {named}; found {', '.join(table.column_names)}")
    return table


def _csv(path: Path) -> pa.Table:
    return pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(block_size=BLOCK),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
    )


def _jsonl(path: Path) -> pa.Table:
    return pyarrow.json.read_json(
        path,
        read_options=pyarrow.json.ReadOptions(block_size=BLOCK),
        parse_options=pyarrow.json.ParseOptions(newlines_in_values=False),
    )


READERS: Mapping[str, Callable[[Path], pa.Table]] = {
    ".parquet": pyarrow.parquet.read_table,
    ".csv": _csv,
    ".jsonl": _jsonl,
}
