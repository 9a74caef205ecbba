"""A table of rows as every reader gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from customers.imports.errors import ImportProblem

BATCH_ROWS = 5_000
MOST_COLUMNS = 500

# A re-imported file of refused rows brings these beside the columns of the original.
REJECT_COLUMNS = ("row", "column", "reason")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows: its columns, how many rows it has (about; None where it does not say),
    the rows, and how it is written. A row that cannot be read has its reason under "".
    """

    columns: tuple[str, ...]
    rows_total: int | None
    batches: Iterator[list[Row]]
    dialect: Mapping[str, str] = field(default_factory=dict)
    named_in_file: tuple[str, ...] = ()

    @property
    def file_columns(self) -> tuple[str, ...]:
        """The columns as the file names them, whatever a format calls them."""
        return self.named_in_file or self.columns

    @property
    def is_mended(self) -> bool:
        """Whether this is a file of refused rows, mended and brought back."""
        return set(REJECT_COLUMNS) <= set(self.columns)


class Adapted(dict[str, Any]):
    """A row under the names that a format reads, which remembers the row of the file."""

    __slots__ = ("names", "original")

    def __init__(self, values: Row, original: Row, names: Mapping[str, str]) -> None:
        super().__init__(values)
        self.original, self.names = original, names


def original_of(row: Row) -> Row:
    """The row as it was in the file."""
    return row.original if isinstance(row, Adapted) else row


def column_of(row: Row, name: str) -> str:
    """What the file calls the column that a format reads as `name`."""
    return row.names.get(name, name) if isinstance(row, Adapted) else name


def checked_columns(file_name: str, names: Iterable[Any]) -> tuple[str, ...]:
    """The names of a header, trimmed. Raises ImportProblem where it is none."""
    columns = [str(name if name is not None else "").strip().lstrip("\ufeff") for name in names]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise ImportProblem(f"{file_name} is empty.")
    if len(columns) > MOST_COLUMNS:
        raise ImportProblem(f"{file_name} has more than {MOST_COLUMNS} columns.")
    for place, name in enumerate(columns, start=1):
        if not name:
            columns[place - 1] = f"column {place}"
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if doubled:
        columns = _told_apart(columns)
    return tuple(columns)


def _told_apart(columns: list[str]) -> list[str]:
    """Columns of one name get a number behind it, from the second on."""
    seen: dict[str, int] = {}
    told: list[str] = []
    for name in columns:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


def named(columns: tuple[str, ...], values: Sequence[Any]) -> Row:
    """The values by their columns; a row of another width says so under ""."""
    if len(values) != len(columns):
        spare = [value for value in values[len(columns) :] if value not in (None, "")]
        if len(values) < len(columns) or spare:
            return {
                "": f"{len(values)} values for {len(columns)} columns",
                **dict(zip(columns, values, strict=False)),
            }
    return {
        name: value if value != "" else None for name, value in zip(columns, values, strict=False)
    }


def batched(rows: Iterator[Row], size: int = BATCH_ROWS) -> Iterator[list[Row]]:
    """The rows in lists of this size; the last may be shorter."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
