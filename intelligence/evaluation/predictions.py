"""What an engine said of the rows of a table, and how it is written to a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.evaluation.columns import TableError

COLUMNS = ("row", "label", "probability", "abstained")


@dataclass(frozen=True, slots=True)
class Told:
    """`probabilities` float[n, k] over `names` for each row, whether said or not; `said`
    bool[n]: the engine stood by its most probable one.
    """

    names: tuple[str, ...]
    probabilities: NDArray[np.floating[Any]]
    said: NDArray[np.bool_]

    @property
    def found(self) -> NDArray[np.int64]:
        """The place of the most probable name; int64[n]."""
        return np.asarray(self.probabilities.argmax(axis=1), np.int64)

    @property
    def confidence(self) -> NDArray[np.floating[Any]]:
        """The probability of what was found; float[n]."""
        return np.asarray(self.probabilities.max(axis=1))


def write_predictions(path: Path, told: Told, rows: Sequence[int]) -> None:
    """One line a row: its place in the table from 0, label, probability and whether the
    engine abstained. CSV or JSONL by suffix (see `check_suffix`).
    """
    write_lines(path, COLUMNS, _lines(told, rows))


def write_lines(path: Path, columns: Sequence[str], lines: Iterable[dict[str, Any]]) -> None:
    """These lines as CSV or JSONL, by suffix (see `check_suffix`)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix.lower() == ".csv":
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(lines)
        else:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def check_suffix(path: Path) -> None:
    """Raises TableError unless `write_predictions` can write such a file."""
    if path.suffix.lower() not in {".csv", ".jsonl"}:
        raise TableError(f"{path}: predictions are written as .csv or .jsonl")
    if not path.parent.is_dir():
        raise TableError(f"{path.parent} is no folder")


def _lines(told: Told, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
    for row, found, confidence, said in zip(
        rows, told.found, told.confidence, told.said, strict=True
    ):
        values = (row, told.names[found], round(float(confidence), 6), not said)
        yield dict(zip(COLUMNS, values, strict=True))
