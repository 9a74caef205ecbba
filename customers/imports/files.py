"""Opening a file of rows: CSV and its kin, XLSX, Parquet, JSON and JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from customers.imports.delimited import open_delimited
from customers.imports.errors import ImportProblem
from customers.imports.table import (
    BATCH_ROWS,
    MOST_COLUMNS,
    REJECT_COLUMNS,
    Row,
    Table,
    batched,
    checked_columns,
)
from customers.imports.workbooks import open_workbook

__all__ = ["BATCH_ROWS", "REJECT_COLUMNS", "Row", "Table", "open_table"]

MOST_JSON_BYTES = 50_000_000  # a JSON document is read whole; lines of JSON are not
JSON_HEAD_LINES = 200


def open_table(path: Path) -> Table:
    """The table in `path`, by the ending of its name. Raises ImportProblem."""
    readers = {
        ".parquet": _parquet,
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".json": _json,
        ".xlsx": open_workbook,
        ".csv": open_delimited,
        ".tsv": open_delimited,
        ".txt": open_delimited,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ImportProblem(f"{path.name}: use a file that ends in {', '.join(readers)}.")
    if not path.is_file():
        raise ImportProblem(f"{path}: there is no such file.")
    try:
        return reader(path)
    except (ValueError, csv.Error, RecursionError) as error:
        raise ImportProblem(f"{path.name} cannot be read: {error}") from error


def _parquet(path: Path) -> Table:
    import pyarrow.parquet as pq  # here, because the web process lists formats and reads none

    file = pq.ParquetFile(path)
    columns = checked_columns(path.name, file.schema_arrow.names)

    def batches() -> Iterator[list[Row]]:
        for batch in file.iter_batches(BATCH_ROWS):
            yield batch.to_pylist()

    return Table(columns, file.metadata.num_rows, batches(), {"kind": "Parquet"})


def _json_lines(path: Path) -> Table:
    def rows() -> Iterator[Row]:
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            for line in file:
                if line.strip():
                    yield _json_row(line)

    columns: dict[str, None] = {}
    for number, row in enumerate(rows()):
        columns.update(dict.fromkeys(name for name in row if name))
        if number >= JSON_HEAD_LINES:
            break
    names = checked_columns(path.name, columns)
    return Table(names, None, batched(rows()), {"kind": "JSON", "encoding": "utf-8"})


def _json(path: Path) -> Table:
    """A list of objects, an object that holds one list of them, or lines of objects."""
    if path.stat().st_size > MOST_JSON_BYTES:
        raise ImportProblem(
            f"{path.name} is larger than {MOST_JSON_BYTES:,} bytes: export it as lines of JSON "
            "(.jsonl), which are read one by one."
        )
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return _json_lines(path)
        raise
    found = _rows_in(document)
    if not found:
        raise ImportProblem(f"{path.name} holds no list of objects.")
    rows = [row if isinstance(row, dict) else {"": "not a JSON object"} for row in found]
    columns = dict.fromkeys(name for row in rows[:JSON_HEAD_LINES] for name in row if name)
    names = checked_columns(path.name, columns)
    return Table(names, len(rows), batched(iter(rows)), {"kind": "JSON", "encoding": "utf-8"})


def _rows_in(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        return lists[0] if lists else [document]
    return []


def _json_row(line: str) -> Row:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        return {"": f"not JSON: {error}"}
    if not isinstance(row, dict):
        return {"": "not a JSON object"}
    if len(row) > MOST_COLUMNS:
        return {"": f"more than {MOST_COLUMNS} names"}
    return row
