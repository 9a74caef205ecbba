"""XLSX: the first sheet of a workbook that has rows, read in one pass by openpyxl.

A workbook is a zip of XML, so before anything reads it, each of its parts is unpacked once into
nothing and counted: what a zip says of its sizes is not believed. Refused are parts that unpack
to too much or out of nothing, XML that defines entities, archives within, and rows of a million
cells. Nothing is written to the disk.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from customers.imports.errors import ImportProblem
from customers.imports.table import MOST_COLUMNS, Row, Table, batched, checked_columns, named
from customers.spreadsheet_cells import unguarded

MOST_PARTS = 2_000
MOST_BYTES = 500_000_000  # of all parts, unpacked
MOST_STRINGS_BYTES = 100_000_000  # openpyxl keeps them all in memory
MOST_RATIO, RATIO_FROM = 120, 10_000_000  # XML packs to a tenth; a bomb to a thousandth
MOST_ROW_BYTES = 4_000_000
MOST_EMPTY_ROWS = 1_000
CHUNK = 1 << 18
ARCHIVES = (".zip", ".xlsx", ".xlsm", ".gz", ".7z", ".rar", ".xlsb")


def open_workbook(path: Path) -> Table:
    """The table of a workbook. Raises ImportProblem where it is none or could do harm."""
    _check(path)
    rows = _values(path)
    header = next(rows, None)
    if header is None:
        raise ImportProblem(f"{path.name} is empty.")
    columns = checked_columns(path.name, map(_plain, header))
    return Table(columns, None, batched(_named(columns, rows)), {"kind": "Excel"})


def _named(columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    for values in rows:
        padded = (*values[: len(columns)], *(None,) * (len(columns) - len(values)))
        yield named(columns, [_plain(one) for one in (*padded, *values[len(columns) :])])


def _plain(value: Any) -> Any:
    """A text as it was before an export of ours made it harmless. What XML cannot hold, such as
    the first half of a line end of Windows, stands in it as _x000D_.
    """
    if not isinstance(value, str):
        return value
    if "_x" in value:
        from openpyxl.utils.escape import unescape  # here: see `_values`

        value = unescape(value)
    return unguarded(value) if "'" in value else value


def _values(path: Path) -> Iterator[tuple[Any, ...]]:
    """The rows that hold something, of the first sheet that has any."""
    from openpyxl import load_workbook  # here: the web process lists formats and reads none

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that are not read anyway
        try:
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a sheet says of its size is often wrong
                found = False
                for values in _filled(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)):
                    found = True
                    yield values
                if found:
                    return
        except (KeyError, ValueError, TypeError, AttributeError, SyntaxError) as error:
            raise ImportProblem(f"{path.name} cannot be read: {error}") from error


def _filled(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    empty = 0
    for values in rows:
        if any(value not in (None, "") for value in values):
            empty = 0
            yield values
        else:
            empty += 1
            if empty > MOST_EMPTY_ROWS:
                return


def _check(path: Path) -> None:
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS:
                raise ImportProblem(f"{path.name} holds more than {MOST_PARTS:,} parts.")
            if "xl/workbook.xml" not in names:
                raise ImportProblem(f"{path.name} is no Excel workbook (.xlsx).")
            total = 0
            for part in parts:
                total = _check_part(path.name, archive, part, total)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ImportProblem(f"{path.name} is no Excel workbook (.xlsx): {error}.") from error


def _check_part(file_name: str, archive: ZipFile, part: Any, total: int) -> int:
    """Unpack one part into nothing; the bytes of all parts so far."""
    is_xml = part.filename.endswith((".xml", ".rels", ".vml"))
    if part.filename.lower().endswith(ARCHIVES):
        raise ImportProblem(f"{file_name} holds another archive, {part.filename}.")
    size, tail, since_row = 0, b"", 0
    most = MOST_STRINGS_BYTES if part.filename.endswith("sharedStrings.xml") else MOST_BYTES
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > most or total + size > MOST_BYTES or _is_bomb(size, part.compress_size):
                raise ImportProblem(f"{file_name} unpacks to too much; save it as CSV.")
            if is_xml:
                since_row = _check_xml(file_name, part.filename, tail, chunk, since_row)
                tail = chunk[-16:]
    return total + size


def _is_bomb(size: int, packed: int) -> bool:
    return size > RATIO_FROM and size > packed * MOST_RATIO


def _check_xml(file_name: str, part: str, tail: bytes, chunk: bytes, since_row: int) -> int:
    """No entities, and no endless row; the bytes since the last row ended."""
    seen = tail + chunk
    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\x00" in seen:
        raise ImportProblem(f"{file_name} defines entities in {part}, which no spreadsheet does.")
    if "worksheets/" not in part:
        return 0
    end = chunk.rfind(b"</row>")
    since_row = since_row + len(chunk) if end < 0 else len(chunk) - end
    if since_row > MOST_ROW_BYTES:
        raise ImportProblem(f"{file_name} has a row that is too wide: use {MOST_COLUMNS} columns.")
    return since_row
