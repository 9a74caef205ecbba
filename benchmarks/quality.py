"""How good the product's opinions are, beside plain classifiers on the same rows.

Sentiment, aspects and Chinese are read by the weights that ship; intents by a head of each
set's own, trained here as a shop trains one. The peers learn each set for itself, also
those sets for which the product ships one model for all. `QUALITY_SETS="sst2 hwu64"`
measures some of the sets; sets that are not there are left out.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.instruments.classifiers import (
    Answers,
    by_embedding,
    by_vader,
    by_words,
    scores,
)
from benchmarks.instruments.report import Report, Target
from benchmarks.samples.splits import (
    ASPECTS,
    CHINESE,
    INTENT,
    SENTIMENT,
    SETS,
    Labelled,
    Set,
    Split,
)
from intelligence.encoding import ManyTexts
from intelligence.engines.aspects import POLARITIES
from intelligence.engines.backbone import Backbone
from intelligence.engines.chinese import TASK as CHINESE_TASK
from intelligence.engines.chinese import load_chinese
from intelligence.engines.default import ASPECTS as ASPECTS_TASK
from intelligence.engines.head_files import find_weights, load_head
from intelligence.engines.span_readers import SpanReader
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.sentiment_scales import KINDS
from intelligence.evaluation.text_tables import TextTable
from intelligence.training.text_heads import train_on_labels

# Learnt from by an encoder that stands still, of each set with two or three labels, for the
# sake of time. Words, and intents, are learnt from every row.
EMBEDDED_OPINIONS = 2_000
SMALL_LEARNT, SMALL_MEASURED = 400, 100
MOST_ECE = 5.0
OURS, WORDS, EMBEDDING, VADER = "ours", "tfidf_lr", "minilm_lr", "vader"
PEERS = (WORDS, EMBEDDING, VADER)
PEER = "TF-IDF + logistic regression, frozen MiniLM + logistic regression, VADER; same rows"
HEADINGS = {
    OURS: "ours",
    WORDS: "TF-IDF + LR",
    EMBEDDING: "frozen MiniLM + LR",
    VADER: "VADER",
}

Scores = dict[str, dict[str, float | None]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found of a set: the scores of each system, by its name."""

    name: str
    rows: int
    aims: dict[str, float]
    scores: Scores


@dataclass(frozen=True, slots=True)
class QualityReport(Report):
    """The report, printed as the Markdown table of docs/quality.md."""

    found: tuple[Measured, ...] = ()

    def as_text(self) -> str:
        """The table: a line for each set and measure."""
        size = " (small run)" if self.small else ""
        head = f"{self.benchmark}{size}: {self.sample}\n  beside {self.peer}\n"
        return "\n".join([head, *table(self.found)]) if self.found else head


def measure(*, small: bool = False) -> Report:
    """Every set that is there, one after another."""
    systems = Systems()
    found = tuple(_measured(systems, small=small))
    figures: dict[str, float | int | str | None] = {"sets": len(found)}
    for one in found:
        figures |= _figures(one)
    missing = len(_wanted()) - len(found)
    sample = f"{len(found)} sets" if found else "no set was found in ../shared/data"
    return QualityReport(
        benchmark="quality",
        sample=f"{sample}, {missing} not there" if found and missing else sample,
        peer=PEER,
        figures=figures,
        targets=(
            Target("sets", "at_least", len(_wanted())),
            *(target for one in found for target in targets(one)),
        ),
        small=small,
        found=found,
    )


class Systems:
    """Ours and the peers; encoders are loaded when they are first asked."""

    def __init__(self) -> None:
        self.encoder = ManyTexts()
        self.bare = ManyTexts()
        self.bare.backbone = Backbone(None)
        self._version = self.encoder.backbone.version

    def answers(self, kind: str, split: Split, *, balanced: bool) -> Iterator[tuple[str, Answers]]:
        """What each system says of the measured rows, by its name."""
        asked = split.measured.with_aspects
        yield OURS, self._ours(kind, split)
        yield WORDS, by_words(split.learnt, asked, balanced=balanced, chinese=kind == CHINESE)
        if kind != CHINESE:  # whose characters MiniLM does not know
            embedded = split.learnt if kind == INTENT else split.learnt.sample(EMBEDDED_OPINIONS)
            yield EMBEDDING, by_embedding(embedded, asked, self.bare, balanced=balanced)
        if kind in (SENTIMENT, ASPECTS):
            yield VADER, by_vader(split.measured.texts, split.learnt.labels)

    def _ours(self, kind: str, split: Split) -> Answers:
        if kind == INTENT:
            return self._own_head(split)
        tell = {SENTIMENT: self._sentiment, ASPECTS: self._aspects, CHINESE: _chinese}[kind]
        return of_kinds(tell(split.measured), split.learnt.labels)

    def _own_head(self, split: Split) -> Answers:
        learnt = split.learnt
        rows = TextTable(learnt.texts, learnt.labels, tuple(range(len(learnt))))
        head = train_on_labels(INTENT, rows, self.encoder, self._version)
        texts = split.measured.texts
        return Answers(head.parameters.labels, head.probabilities(self.encoder(texts), texts))

    def _sentiment(self, asked: Labelled) -> NDArray[np.float32]:
        head = load_head(find_weights(SENTIMENT, []), self._version)
        vectors = self.encoder.for_head(head.reads)(asked.texts)
        return three_kinds(head.probabilities(vectors, asked.texts))

    def _aspects(self, asked: Labelled) -> NDArray[np.float32]:
        head = load_head(find_weights(ASPECTS_TASK, []), self._version)
        reader = SpanReader(head, self.encoder.backbone)
        return np.concatenate(reader.polarity(asked.texts, [[span] for span in asked.spans]))


def three_kinds(steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[n, 3] over `POLARITIES` from the five steps, float32[n, 5]."""
    return np.asarray(steps @ (KINDS[:, None] == np.arange(len(POLARITIES))), np.float32)


def of_kinds(kinds: NDArray[np.float32], labels: Sequence[str]) -> Answers:
    """The answers of a set that may have no neutral texts, from float32[n, 3]."""
    there = [kind for kind, name in enumerate(POLARITIES) if name in set(labels)]
    own = kinds[:, there].astype(np.float64)
    own /= np.maximum(own.sum(axis=1, keepdims=True), 1e-12)
    return Answers(tuple(POLARITIES[kind] for kind in there), own)


def targets(one: Measured) -> Iterator[Target]:
    """What is wanted of ours: each measure that has an aim, and the calibration."""
    for name, aim in one.aims.items():
        yield Target(f"{one.name}_{name}_{OURS}", "at_least", aim)
    yield Target(f"{one.name}_ece_{OURS}", "at_most", MOST_ECE)


def table(found: Sequence[Measured]) -> list[str]:
    """The lines of the Markdown table; all figures in per cent, ECE last: ours / TF-IDF /
    MiniLM.
    """
    names = ["set", "rows", "measure", *HEADINGS.values(), "aim", "ECE of these"]
    lines = [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]
    for one in found:
        for measured, aim in one.aims.items():
            cells = [_cell(one.scores.get(system, {}).get(measured)) for system in HEADINGS]
            eces = [_cell(one.scores.get(system, {}).get("ece")) for system in HEADINGS]
            words = [one.name, f"{one.rows:,}", measured, *cells, f"{aim:g}", " / ".join(eces[:3])]
            lines.append(f"| {' | '.join(words)} |")
    return lines


def _measured(systems: Systems, *, small: bool) -> Iterator[Measured]:
    for name in _wanted():
        started = time.perf_counter()
        split = _split(SETS[name], small=small)
        if split is None:
            print(f"{name} is not there", file=sys.stderr)
            continue
        answers = systems.answers(SETS[name].kind, split, balanced=SETS[name].balanced)
        found = {system: scores(told, split.measured.labels) for system, told in answers}
        measured = Measured(name, len(split.measured), dict(SETS[name].aims), found)
        lines = "\n".join(table([measured])[2:])
        print(f"{time.perf_counter() - started:.0f} s\n{lines}", file=sys.stderr, flush=True)
        yield measured


def _wanted() -> list[str]:
    """The sets asked for. Raises SystemExit for a name that is none."""
    names = os.environ.get("QUALITY_SETS", "").split() or list(SETS)
    if unknown := [name for name in names if name not in SETS]:
        raise SystemExit(f"QUALITY_SETS: no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    return names


def _split(one: Set, *, small: bool) -> Split | None:
    """The rows of a set; None when its file is not there."""
    try:
        split = one.read()
    except TableError:
        return None
    if not small:
        return split
    return Split(split.learnt.sample(SMALL_LEARNT), split.measured.sample(SMALL_MEASURED))


def _figures(one: Measured) -> dict[str, float | None]:
    return {
        f"{one.name}_{name}_{system}": value
        for system, own in one.scores.items()
        for name, value in own.items()
    }


def _chinese(asked: Labelled) -> NDArray[np.float32]:
    return three_kinds(load_chinese(find_weights(CHINESE_TASK, [])).probabilities(asked.texts))


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
