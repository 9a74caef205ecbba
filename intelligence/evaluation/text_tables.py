"""Tables of labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from intelligence.evaluation.answers import as_label
from intelligence.evaluation.columns import TableError, read_columns

SENTIMENT_LABELS = ("label", "sentiment", "rating")
INTENT_LABELS = ("intent", "label")
PRIORITY_LABELS = ("priority", "label")


@dataclass(frozen=True, slots=True)
class TextTable:
    """Texts and their labels; `rows` are their places in the file, from 0. `left_out`
    counts the rows that are not here.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.texts)

    def only(self, known: Sequence[str]) -> TextTable:
        """The rows whose label is one of `known`; the others are counted as left out."""
        names = set(known)
        kept = [at for at, label in enumerate(self.labels) if label in names]
        return TextTable(
            tuple(self.texts[at] for at in kept),
            tuple(self.labels[at] for at in kept),
            tuple(self.rows[at] for at in kept),
            self.left_out + len(self) - len(kept),
        )


def read_texts(path: Path, label_columns: Sequence[str]) -> TextTable:
    """The column `text` and the first of `label_columns` that is there. Rows without a
    label are left out; a missing text is empty. Raises TableError.
    """
    table = read_columns(path, ["text", label_columns])
    return labelled(
        path, table, ["text"], next(n for n in label_columns if n in table.column_names)
    )


def labelled(path: Path, table: pa.Table, texts: Sequence[str], label: str) -> TextTable:
    """The texts of these columns, one line each, with their label. Raises TableError."""
    parts = [table[name].to_pylist() for name in texts]
    joined = ["\n".join(str(part) for part in row if part) for row in zip(*parts, strict=True)]
    labels = [None if value is None else as_label(value) for value in table[label].to_pylist()]
    kept = [row for row, name in enumerate(labels) if name]
    if not kept:
        raise TableError(f"{path} has no row with its {label}")
    return TextTable(
        tuple(joined[row] for row in kept),
        tuple(labels[row] or "" for row in kept),
        tuple(kept),
        len(labels) - len(kept),
    )
