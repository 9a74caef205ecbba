"""What a format is: the columns it needs, how a row is read, and how rows are merged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from customers.imports.errors import ImportProblem
from customers.imports.files import Row, Table, open_table

STAGE = "import_stage"


class Format(ABC):
    """One kind of file. `read` looks at one row alone; `merge` at all staged rows."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    # each entry is a column that must be there, or alternatives of which one must
    needs: ClassVar[tuple[str | tuple[str, ...], ...]]
    # columns of the staging table beside row_number: name and SQL type
    staged: ClassVar[dict[str, str]]

    def open(self, path: Path) -> Table:
        """The rows of what lies there: a file of rows. Raises ImportProblem."""
        return open_table(path)

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raises ImportProblem naming what is missing and what was found."""
        found = set(columns)
        wanted = [(need,) if isinstance(need, str) else need for need in self.needs]
        missing = [" or ".join(need) for need in wanted if not found & set(need)]
        if missing:
            raise ImportProblem(
                f"Missing for {self.name}: {', '.join(missing)}; found: {', '.join(sorted(found))}."
            )

    @abstractmethod
    def read(self, row: Row) -> tuple[Any, ...]:
        """The staged values of a row, in the order of `staged`. Raises RowError."""

    @abstractmethod
    def merge(self, cursor: CursorWrapper, source: str, *, mended: bool = False) -> None:
        """Bring the staged rows into the records, and set `state` of each staged row to
        created or updated where it changed something (it is unchanged before). `mended`
        rows were rejected before: they add to records that are in already.
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
