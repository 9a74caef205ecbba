"""Reading tables of rows from CSV, parquet and JSON lines, a batch at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customers.imports.errors import ImportProblem
from customers.spreadsheet_cells import unguarded

BATCH_ROWS = 5_000
SNIFFED_BYTES = 64 * 1024
DELIMITERS = ",;\t|"

# A re-imported rejects file brings these beside the columns of the original.
REJECT_COLUMNS = ("row", "column", "reason")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows: its columns, how many rows it has if it says so, and the rows."""

    columns: tuple[str, ...]
    rows_total: int | None
    batches: Iterator[list[Row]]

    @property
    def is_mended(self) -> bool:
        """Whether this is a rejects file, mended and brought back."""
        return set(REJECT_COLUMNS) <= set(self.columns)


def open_table(path: Path) -> Table:
    """The table in `path`, by the ending of its name. Raises ImportProblem."""
    readers = {
        ".parquet": _parquet,
        ".jsonl": _json_lines,
        ".csv": _csv,
        ".tsv": _csv,
        ".txt": _csv,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ImportProblem(f"{path.name}: use a file that ends in {', '.join(readers)}.")
    if not path.is_file():
        raise ImportProblem(f"{path}: there is no such file.")
    try:
        return reader(path)
    except (ValueError, csv.Error) as error:
        raise ImportProblem(f"{path.name} cannot be read: {error}") from error


def _parquet(path: Path) -> Table:
    import pyarrow.parquet as pq  # here, because the web process lists formats and reads none

    file = pq.ParquetFile(path)

    def batches() -> Iterator[list[Row]]:
        for batch in file.iter_batches(BATCH_ROWS):
            yield batch.to_pylist()

    return Table(tuple(file.schema_arrow.names), file.metadata.num_rows, batches())


def _csv(path: Path) -> Table:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = sum(1 for _ in file) - 1
    delimiter = delimiter_of(path, encoding)
    with path.open(encoding=encoding, newline="") as file:
        columns = tuple(name.strip() for name in next(csv.reader(file, delimiter=delimiter), []))
    if not columns:
        raise ImportProblem(f"{path.name} is empty.")
    is_mended = set(REJECT_COLUMNS) <= set(columns)
    if is_mended:
        columns = tuple(unguarded(name) for name in columns)

    def rows() -> Iterator[Row]:
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            next(reader)
            for values in reader:
                if values and is_mended:
                    yield _named(columns, [unguarded(value) for value in values])
                elif values:
                    yield _named(columns, values)

    return Table(columns, max(lines, 0), _batched(rows()))


def _json_lines(path: Path) -> Table:
    with path.open(encoding="utf-8") as file:
        first = file.readline()
        columns = tuple(json.loads(first)) if first.strip() else ()

    def rows() -> Iterator[Row]:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                if line.strip():
                    yield _json_row(line)

    return Table(columns, None, _batched(rows()))


def _json_row(line: str) -> Row:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return {"": f"not JSON: {error}"}
    return row if isinstance(row, dict) else {"": "not a JSON object"}


def _named(columns: tuple[str, ...], values: list[str]) -> Row:
    if len(values) != len(columns):
        return {
            "": f"{len(values)} values for {len(columns)} columns",
            **dict(zip(columns, values, strict=False)),
        }
    return {
        name: value if value != "" else None for name, value in zip(columns, values, strict=True)
    }


def _batched(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def encoding_of(path: Path) -> str:
    """UTF-16 and UTF-8 by their marks, UTF-8 where it decodes, GB18030, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(SNIFFED_BYTES)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            start[: start.rfind(b"\n") + 1 or None].decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "cp1252"


def delimiter_of(path: Path, encoding: str) -> str:
    """The delimiter that splits the header into most columns."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        header = file.readline()
    return max(DELIMITERS, key=header.count)
