"""How well a reader answers questions whose passage is given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from intelligence.engines.answer_contract import Reading
from intelligence.engines.answer_reader import ExtractiveReader
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.predictions import write_lines
from intelligence.evaluation.squad import Asked, exact_match, f1, read_squad

CHUNK = 512
PREDICTIONS = ("id", "answer", "margin")


def evaluate_answering(
    data: Path, reader: ExtractiveReader, predictions: Path | None = None
) -> dict[str, Any]:
    """n, exact_match and f1 in per cent, questions_per_second. Where every question has an
    answer the reader must give one. Otherwise it may be silent, which is right where there is
    none, and beside it stand: auroc (of the margin, for "has an answer"), answered_share, and
    the F1 of always being silent and of always answering. Raises TableError.
    """
    rows = read_squad(data)
    if not rows:
        raise TableError(f"{data} holds no question")
    reader.load()
    started = time.perf_counter()
    readings = read_all(rows, reader)
    seconds = time.perf_counter() - started
    if predictions is not None:
        _write(predictions, rows, readings)
    speed = {"questions_per_second": round(len(rows) / seconds, 1)}
    return _figures(rows, readings) | speed


def figures_of(rows: Sequence[Asked], reader: ExtractiveReader) -> dict[str, Any]:
    """The figures of these questions without their speed; empty without a question."""
    return _figures(rows, read_all(rows, reader)) if rows else {}


def read_all(rows: Sequence[Asked], reader: ExtractiveReader) -> list[Reading]:
    """A reading of each row, chunk by chunk."""
    found: list[Reading] = []
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        found += reader.read_pairs([(row.question, row.context) for row in part])
    return found


def auroc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """How often a positive row scores above a negative one, ties counting half."""
    ranks, count = rankdata(scores), int(positive.sum())
    area = ranks[positive].sum() - count * (count + 1) / 2
    return float(area / max(1, count * (len(scores) - count)))


def _figures(rows: Sequence[Asked], readings: Sequence[Reading]) -> dict[str, Any]:
    known = np.array([bool(row.answers) for row in rows])
    found = _answered(rows, readings) if known.all() else _perhaps(rows, readings, known)
    return {"n": len(rows), **found}


def _answered(rows: Sequence[Asked], readings: Sequence[Reading]) -> dict[str, Any]:
    told = [reading.text for reading in readings]
    return {"exact_match": _mean(exact_match, rows, told), "f1": _mean(f1, rows, told)}


def _perhaps(
    rows: Sequence[Asked], readings: Sequence[Reading], known: NDArray[np.bool_]
) -> dict[str, Any]:
    margins = np.array([reading.margin for reading in readings])
    told = [reading.text if reading.margin > 0 else "" for reading in readings]
    always = [reading.text for reading in readings]
    return {
        "exact_match": _mean(exact_match, rows, told),
        "f1": _mean(f1, rows, told),
        "f1_always_silent": _mean(f1, rows, [""] * len(rows)),
        "f1_always_answered": _mean(f1, rows, always),
        "auroc": round(100 * auroc(margins, known), 2),
        "answered_share": round(float((margins > 0).mean()), 4),
        "has_answer_share": round(float(known.mean()), 4),
    }


def _mean(measure: Any, rows: Sequence[Asked], told: Sequence[str]) -> float:
    scores = [measure(text, row.answers) for text, row in zip(told, rows, strict=True)]
    return round(100 * float(np.mean(scores)), 2)


def _write(path: Path, rows: Sequence[Asked], readings: Sequence[Reading]) -> None:
    lines = [
        dict(zip(PREDICTIONS, (row.key, reading.text, round(reading.margin, 4)), strict=True))
        for row, reading in zip(rows, readings, strict=True)
    ]
    write_lines(path, PREDICTIONS, lines)
