"""From the columns of a file to what a format reads: proposed, confirmed, carried out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import fuzz, process

from customers.imports.format import Field, Format
from customers.imports.table import REJECT_COLUMNS, Adapted, Row, Table

NEAR = 88  # of 100: a slip of typing, not another word
SHORTEST_NEAR = 5
MARKS = re.compile(r"[\W_]+")


def plain(name: str) -> str:
    """A name of a column without case, accents, spaces and marks: "E-Mail" is "email"."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return MARKS.sub("", letters)


def proposed(kind: Format, columns: Iterable[str]) -> dict[str, str]:
    """Which column each field is read from, by its name, its synonyms, or a near name."""
    free = {plain(column): column for column in columns if column not in REJECT_COLUMNS}
    found: dict[str, str] = {}
    for field in kind.fields:
        name = next((name for name in _names(field) if name in free), None)
        if name:
            found[field.name] = free.pop(name)
    for field in kind.fields:
        if field.name not in found and (name := _near(field, free)):
            found[field.name] = free.pop(name)
    return found


def mapped(kind: Format, table: Table, mapping: Mapping[str, str]) -> Table:
    """The table under the names that the format reads. Without a mapping the names of the
    file count, or, where needed ones are missing, what can be told from them. Raises
    ImportProblem where columns are missing.
    """
    if not mapping and kind.fields:
        is_lacking = kind.is_lacking(table.columns)
        mapping = (proposed if is_lacking else _with_own)(kind, table.columns)
    if not mapping:
        kind.check_columns(table.columns)
        return table
    columns = set(table.columns)
    known = {name: column for name, column in mapping.items() if column in columns}
    kind.check_columns(known, found=table.columns)
    names = (*known, *(name for name in REJECT_COLUMNS if name in columns))
    return Table(
        names, table.rows_total, _renamed(table.batches, known), table.dialect, table.file_columns
    )


def _with_own(kind: Format, columns: Sequence[str]) -> dict[str, str]:
    """The columns under their own names, and those that are called as the shop calls a field
    that it added; nothing where there are none of these.
    """
    free = {plain(column): column for column in columns if column not in REJECT_COLUMNS}
    called = {
        field.name: [name for name in _names(field) if name in free]
        for field in kind.own_fields
        if field.name not in columns
    }
    own = {name: free[names[0]] for name, names in called.items() if names}
    return {column: column for column in columns} | own if own else {}


def _renamed(batches: Iterator[list[Row]], mapping: Mapping[str, str]) -> Iterator[list[Row]]:
    pairs = tuple(mapping.items())
    for batch in batches:
        yield [_under(row, pairs, mapping) for row in batch]


def _under(row: Row, pairs: tuple[tuple[str, str], ...], mapping: Mapping[str, str]) -> Row:
    values = {name: row.get(column) for name, column in pairs}
    if "" in row:
        values[""] = row[""]
    return Adapted(values, row, mapping)


def _names(field: Field) -> list[str]:
    return [plain(name) for name in (field.name, *field.synonyms)]


def _near(field: Field, free: Mapping[str, str]) -> str | None:
    candidates = [name for name in free if len(name) >= SHORTEST_NEAR and name.isascii()]
    for name in _names(field):
        if len(name) < SHORTEST_NEAR or not name.isascii():
            continue
        best = process.extractOne(name, candidates, scorer=fuzz.ratio, score_cutoff=NEAR)
        if best:
            return str(best[0])
    return None
