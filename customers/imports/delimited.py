"""Text tables: CSV with any delimiter, a record at a time, whatever is wrong with some of them.

A record that is broken costs itself alone. Where a quote is never closed, the reader does not
swallow the rows behind it: it takes the first line for the broken one and goes on with the next.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from customers.imports.dialects import Dialect, dialect_of
from customers.imports.errors import ImportProblem
from customers.imports.table import Row, Table, batched, checked_columns, named
from customers.spreadsheet_cells import unguarded

MOST_LINE = 2_000_000  # characters
MOST_LINES_OF_RECORD = 2_000
MOST_TRIES = 50  # to find where a record of several lines ends
UNCLOSED = "a quote that opens is never closed, or text follows one that closes"

csv.field_size_limit(MOST_LINE * 2)


def open_delimited(path: Path) -> Table:
    """The table of a text file. Raises ImportProblem where it is none."""
    dialect = dialect_of(path)
    try:
        header = next(_records(path, dialect, errors="replace"), None)
    except UnicodeError as error:
        raise ImportProblem(f"{path.name} cannot be read: {error}") from error
    if header is None:
        raise ImportProblem(f"{path.name} is empty.")
    if isinstance(header, str):
        raise ImportProblem(f"{path.name}: in its first line {UNCLOSED}.")
    columns = checked_columns(path.name, [unguarded(name) for name in header])
    rows = _rows(path, dialect, columns)
    return Table(columns, _lines_of(path), batched(rows), dialect.as_json())


def _rows(path: Path, dialect: Dialect, columns: tuple[str, ...]) -> Iterator[Row]:
    records = _records(path, dialect, errors="surrogateescape")
    next(records)
    for record in records:
        if isinstance(record, str):
            yield {"": UNCLOSED, columns[0]: record.rstrip("\r\n")}
        elif any(record):
            yield named(columns, [unguarded(value) if "'" in value else value for value in record])


def _records(path: Path, dialect: Dialect, *, errors: str) -> Iterator[list[str] | str]:
    """The values of each record, or the line itself where it can be no record."""
    delimiter = dialect.delimiter
    with path.open(encoding=dialect.encoding, errors=errors, newline="") as file:
        lines = Lines(iter(partial(file.readline, MOST_LINE), ""))
        for line in lines:
            if '"' not in line:
                record = line.rstrip("\r\n").split(delimiter)
                if record != [""]:
                    yield record
            else:
                yield _quoted(line, lines, delimiter)


class Lines:
    """Lines of a file, of which some can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return self._back.popleft() if self._back else next(self._lines)

    def put_back(self, lines: list[str]) -> None:
        """Have these come next."""
        self._back.extendleft(reversed(lines))


def _quoted(line: str, lines: Lines, delimiter: str) -> list[str] | str:
    """A record with quotes, which may go on over the next lines."""
    taken, tries = [line], 0
    while True:
        try:
            return next(csv.reader(taken, delimiter=delimiter, strict=True))
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
        tries += 1
        if not is_open or tries > MOST_TRIES or not _take_more(taken, lines):
            break
    lines.put_back(taken[1:])
    if len(taken) == 1 and not is_open:
        return next(csv.reader([line], delimiter=delimiter))
    return line


def _take_more(taken: list[str], lines: Lines) -> bool:
    """Take lines up to the next that has a quote; False where there is none near."""
    while len(taken) < MOST_LINES_OF_RECORD:
        line = next(lines, None)
        if line is None:
            return False
        taken.append(line)
        if '"' in line:
            return True
    return False


def _lines_of(path: Path) -> int:
    """About how many rows there are: lines without the header."""
    with path.open("rb") as file:
        count = sum(chunk.count(b"\n") for chunk in iter(partial(file.read, 1 << 20), b""))
    return max(count - 1, 0)
