"""What the exports of a program are: the columns that give them away, and how rows read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import nh3

from customers.imports.errors import ImportProblem, RowError
from customers.imports.files import open_table
from customers.imports.table import REJECT_COLUMNS, Adapted, Row, Table

BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")
Names = Mapping[str, tuple[str, ...]]


class Layout:
    """A mixin of a format: `names` leads from what the format reads to columns of the file,
    of which the first that is there counts; `adapt` may change rows further.
    """

    name: ClassVar[str]
    signatures: ClassVar[tuple[frozenset[str], ...]]
    names: ClassVar[Names]
    # what `adapt` adds to that
    added: ClassVar[tuple[str, ...]] = ()

    def open(self, path: Path) -> Table:
        """The table under the names that the format reads. Raises ImportProblem."""
        table = open_table(path)
        found = set(table.columns)
        if not any(signature <= found for signature in self.signatures):
            wanted = "; or ".join(", ".join(sorted(one)) for one in self.signatures)
            there = ", ".join(sorted(found))
            raise ImportProblem(f"Missing for {self.name}: {wanted}; found: {there}.")
        chosen = {
            field: next(column for column in columns if column in found)
            for field, columns in self.names.items()
            if found & set(columns)
        }
        columns = (*dict.fromkeys((*chosen, *self.added)), *(found & set(REJECT_COLUMNS)))
        batches = self._adapted(table.batches, chosen)
        return Table(columns, table.rows_total, batches, table.dialect, table.columns)

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """The row as the format reads it. `memory` is kept from row to row; `original` may be
        given what the row goes without because one before it said it.
        """
        return row

    def _read_by(self, values: Row, original: Row, memory: dict[str, Any]) -> Row:
        try:
            return self.adapt(values, original, memory)
        except RowError as error:
            return {**values, "": f"{error.column}: {error.reason}"}

    def _adapted(
        self, batches: Iterator[list[Row]], chosen: Mapping[str, str]
    ) -> Iterator[list[Row]]:
        memory: dict[str, Any] = {}
        for batch in batches:
            adapted: list[Row] = []
            for read in batch:
                original = dict(read)
                values = {field: read.get(column) for field, column in chosen.items()}
                if "" in read:
                    values[""] = read[""]
                else:
                    values = self._read_by(values, original, memory)
                adapted.append(Adapted(values, original, chosen))
            yield adapted


def text_of_html(value: Any) -> str:
    """The text of a piece of HTML."""
    text = str(value or "")
    if "<" not in text:
        return html.unescape(text)
    broken = re.sub(r"(?i)<(br|/p|/li|/div|/h\d|/tr)\b[^>]*>", "\n", text)
    return BLANK_LINES.sub("\n\n", html.unescape(nh3.clean(broken, tags=set()))).strip()


def fill_down(row: Row, memory: dict[str, Any], key: str, fields: tuple[str, ...]) -> bool:
    """Give a row what the first row of the same key said; whether this is that first row."""
    if memory.get("key") != row.get(key):
        memory.clear()
        memory.update({"key": row.get(key), **{name: row.get(name) for name in fields}})
        return True
    for name in fields:
        if row.get(name) in (None, ""):
            row[name] = memory.get(name)
    return False
