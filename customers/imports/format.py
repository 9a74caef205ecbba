"""What a format is: the columns it needs, how a row is read, and how rows are merged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from customers.imports.errors import ImportProblem
from customers.imports.files import open_table
from customers.imports.merge import Merging
from customers.imports.table import Row, Table

STAGE = "import_stage"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a format reads: its name, what people call it and call its column."""

    name: str
    label: Any
    synonyms: tuple[str, ...] = ()
    is_required: bool = False


class Format(ABC):
    """One kind of file. `read` looks at one row alone; `merge` at all staged rows."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    # each entry is a column that must be there, or alternatives of which one must
    needs: ClassVar[tuple[str | tuple[str, ...], ...]]
    # what can be taken from a column of a file that names it otherwise
    fields: tuple[Field, ...] = ()
    # those of them that this shop added to the record, see `in_this_shop`
    own_fields: Sequence[Field] = ()
    # fields beside the key by which records can be found that are there already
    match_fields: ClassVar[tuple[str, ...]] = ()
    # whether rows of one record may stand anywhere in the file, so that it is merged at once
    is_whole: ClassVar[bool] = False
    # sets of columns that tell the exports of a program apart from all other files
    signatures: ClassVar[tuple[frozenset[str], ...]] = ()
    # columns of the staging table beside row_number: name and SQL type
    staged: dict[str, str]

    def in_this_shop(self) -> Self:
        """The format with the fields that the shop added to its records."""
        return self

    def open(self, path: Path) -> Table:
        """The rows of what lies there: a file of rows. Raises ImportProblem."""
        return open_table(path)

    def is_lacking(self, columns: Iterable[str]) -> bool:
        """Whether a needed column is missing."""
        return bool(self._missing(set(columns)))

    def check_columns(self, columns: Iterable[str], found: Iterable[str] = ()) -> None:
        """Raises ImportProblem naming what is missing and what was found."""
        missing = self._missing(set(columns))
        if missing:
            there = ", ".join(sorted(found or columns))
            raise ImportProblem(f"Missing for {self.name}: {', '.join(missing)}; found: {there}.")

    def _missing(self, columns: set[str]) -> list[str]:
        wanted = [(need,) if isinstance(need, str) else need for need in self.needs]
        return [" or ".join(need) for need in wanted if not columns & set(need)]

    @abstractmethod
    def read(self, row: Row) -> tuple[Any, ...]:
        """The staged values of a row, in the order of `staged`. Raises RowError."""

    def read_all(self, row: Row) -> list[tuple[Any, ...]]:
        """As `read`, where a row may tell of several things, such as an order's postage."""
        return [self.read(row)]

    @abstractmethod
    def merge(self, into: Merging) -> None:
        """Bring the staged rows into the records, and set `state` of each staged row to
        created or updated where it changed something (it is unchanged before). Rows of a
        mended file were rejected before: they add to records that are in already.
        """


def first_of(row: Row, *columns: str) -> str:
    """The first of these columns that the row has a value in; the first one otherwise."""
    return next((name for name in columns if row.get(name) not in (None, "")), columns[0])


def mark_states(cursor: CursorWrapper, states: str, join: str) -> None:
    """Set the state of staged rows whose record (by `join`) was created or changed."""
    cursor.execute(
        f"UPDATE {STAGE} AS s SET state = CASE WHEN m.is_new THEN 'created' ELSE 'updated' END "  # noqa: S608
        f"FROM {states} AS m WHERE {join} AND s.state = 'unchanged'"
    )
