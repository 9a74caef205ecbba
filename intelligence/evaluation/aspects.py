"""`evaluate aspects`: how well the sentiment of given aspects is told."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.aspects import POLARITIES, AspectReader
from intelligence.engines.sentences import Span
from intelligence.evaluation.columns import TableError, read_columns
from intelligence.evaluation.metrics import figures

PLACE = "$T$"
WRITTEN = {"-1": 0, "0": 1, "1": 2} | {name: place for place, name in enumerate(POLARITIES)}


@dataclass(frozen=True, slots=True)
class AspectTable:
    """Sentences, in each the `spans` of aspects, and the place of each one's polarity."""

    sentences: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]
    polarities: tuple[tuple[int, ...], ...]


def read_aspects(path: Path) -> AspectTable:
    """The columns aspect, polarity (-1, 0, 1 or names) and sentence_template, a sentence
    with $T$ for the aspect, or else sentence. Raises TableError.
    """
    table = read_columns(path, [("sentence_template", "sentence"), "aspect", "polarity"])
    column = next(n for n in ("sentence_template", "sentence") if n in table.column_names)
    found: defaultdict[str, list[tuple[Span, int]]] = defaultdict(list)
    for number, row in enumerate(table.to_pylist(), start=1):
        sentence, span = _placed(row[column], row["aspect"])
        polarity = WRITTEN.get(str(row["polarity"]).strip().lower())
        if span is None or polarity is None:
            raise TableError(f"{path}, row {number}: no aspect in the sentence, or no polarity")
        found[sentence].append((span, polarity))
    return AspectTable(
        tuple(found),
        tuple(tuple(span for span, _ in own) for own in found.values()),
        tuple(tuple(polarity for _, polarity in own) for own in found.values()),
    )


def evaluate_aspects(table: AspectTable, reader: AspectReader) -> dict[str, Any]:
    """n, accuracy, macro_f1 and ece over the aspects, and texts_per_second."""
    started = time.perf_counter()
    told = reader.polarity(table.sentences, table.spans)
    seconds = time.perf_counter() - started
    return polarity_figures(told, table.polarities) | {
        "texts_per_second": round(len(table.sentences) / seconds, 1)
    }


def polarity_figures(
    told: Sequence[NDArray[np.float32]], polarities: Sequence[Sequence[int]]
) -> dict[str, Any]:
    """The figures of probabilities float32[m, 3] a text against the right polarities."""
    probabilities = np.concatenate(told)
    truth = np.array([polarity for own in polarities for polarity in own], np.int64)
    every = np.ones(len(truth), bool)
    return figures(probabilities.argmax(axis=1), truth, probabilities.max(axis=1), every)


def _placed(sentence: str, aspect: str) -> tuple[str, Span | None]:
    """The sentence with its aspect, and where that stands."""
    start = sentence.find(PLACE)
    if start >= 0:
        sentence = sentence.replace(PLACE, aspect, 1)
    else:
        start = sentence.find(aspect)
    return sentence, (start, start + len(aspect)) if start >= 0 else None
