"""What a table must have before a head learns from it; what it lacks is one line."""

from __future__ import annotations

from collections import defaultdict

from intelligence.evaluation.columns import TableError
from intelligence.evaluation.text_tables import TextTable
from intelligence.training.text_sets import digest

FEWEST_ROWS = 4
# Real tables hold some texts under two labels (it is their noise); beyond this share the
# labels are not about the texts.
MOST_CONTRADICTING = 0.2


def checked(table: TextTable) -> TextTable:
    """The table itself. Raises TableError where it has too few rows, one label only, or the
    same texts under different labels again and again.
    """
    if len(table) < FEWEST_ROWS:
        raise TableError(f"{len(table)} rows are too few to learn from: {FEWEST_ROWS} at least")
    labels = set(table.labels)
    if len(labels) < 2:
        raise TableError(f"all rows have the label {labels.pop()!r}: two labels are needed")
    _check_contradictions(table)
    return table


def _check_contradictions(table: TextTable) -> None:
    labels_of: dict[int, set[str]] = defaultdict(set)
    keys = [digest(text) for text in table.texts]
    for key, label in zip(keys, table.labels, strict=True):
        labels_of[key].add(label)
    contradicting = [row for row, key in enumerate(keys) if len(labels_of[key]) > 1]
    if len(contradicting) > MOST_CONTRADICTING * len(table):
        row = contradicting[0]
        named = " and ".join(sorted(labels_of[keys[row]])[:3])
        shown = " ".join(table.texts[row].split())[:60]
        raise TableError(
            f"{len(contradicting)} of {len(table)} rows contradict each other: "
            f"{shown!r} is labelled {named}"
        )
