"""Questions with marked answers to learn reading from, and with passages that do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.span_tuning import SpanExample
from intelligence.evaluation.columns import TableError, read_columns
from intelligence.evaluation.encode import Encode
from intelligence.training.text_sets import MEASURED, tenth_of

MARKED = "squadshifts"
SUBJECTIVE = "subjqa"  # long reviews, spans of taste
UNCLEAR = "unclear: see the data's own source"
SPACE = re.compile(r"\s+")
NEIGHBOURS = 8  # of a question's nearest passages, one that does not answer it is drawn


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The pairs of one origin. A tenth of the passages stays out of training."""

    name: str
    licence: str
    examples: tuple[SpanExample, ...]

    def learnt(self) -> list[SpanExample]:
        """The pairs that are trained on."""
        return [one for one in self.examples if tenth_of(one.passage) != MEASURED]

    def held_out(self) -> list[SpanExample]:
        """The pairs that are measured on and never trained on."""
        return [one for one in self.examples if tenth_of(one.passage) == MEASURED]


def answer_sets(data: Path) -> list[AnswerSet]:
    """The sets of a folder: squadshifts/*.parquet and subjqa/train_dev.parquet, where they
    are. Raises TableError when there is none.
    """
    files = sorted((data / MARKED).glob("*.parquet"))
    found = [AnswerSet(file.stem, "CC BY 4.0 (by its data card)", _marked(file)) for file in files]
    if (opinions := data / "subjqa" / "train_dev.parquet").exists():
        found.append(AnswerSet(SUBJECTIVE, UNCLEAR, _opinions(opinions)))
    if not found:
        raise TableError(f"{data} holds neither {MARKED}/*.parquet nor subjqa/train_dev.parquet")
    return found


def cropped(example: SpanExample, words: int, order: np.random.Generator) -> SpanExample:
    """The pair with a stretch of at most so many words of its passage, which holds the answer
    at a random place. So a training reads less, and answers stand anywhere.
    """
    starts = [0, *(match.end() for match in SPACE.finditer(example.passage))]
    ends = [*(match.start() for match in SPACE.finditer(example.passage)), len(example.passage)]
    if len(starts) <= words:
        return example
    first, last = 0, len(starts) - words
    if example.answer is not None:
        start, end = example.answer
        holds_start = int(np.searchsorted(starts, start, "right")) - 1
        holds_end = int(np.searchsorted(ends, end, "left"))
        first, last = max(0, holds_end - words + 1), min(last, holds_start)
        if first > last:
            return example
    begin = int(order.integers(first, last + 1))
    left, right = starts[begin], ends[begin + words - 1]
    answer = example.answer and (example.answer[0] - left, example.answer[1] - left)
    return SpanExample(example.question, example.passage[left:right], answer)


def unanswered(
    examples: Sequence[SpanExample], encode: Encode, share: float, order: np.random.Generator
) -> list[SpanExample]:
    """For a share of the questions a passage of the same set that is near and does not hold
    the answer: what a search brings up beside the right one.
    """
    asked = [one for one in examples if one.answer is not None]
    chosen = [asked[row] for row in np.flatnonzero(order.random(len(asked)) < share)]
    passages = list(dict.fromkeys(one.passage for one in examples))
    if not chosen or len(passages) < 2:
        return []
    near = _nearest(encode([one.question for one in chosen]), encode(passages))
    found = []
    for one, places in zip(chosen, near, strict=True):
        assert one.answer is not None
        told = one.passage[slice(*one.answer)].lower()
        silent = [at for at in places if told not in passages[at].lower()]
        if silent:
            passage = passages[silent[int(order.integers(len(silent)))]]
            found.append(SpanExample(one.question, passage, None))
    return found


def _nearest(questions: NDArray[np.float32], passages: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.argsort(-(questions @ passages.T), axis=1)[:, :NEIGHBOURS].astype(np.int64)


def _marked(path: Path) -> tuple[SpanExample, ...]:
    table = read_columns(path, ["context", "question", "answer_texts", "answer_starts"])
    return tuple(
        SpanExample(row["question"], row["context"], _first_span(row)) for row in table.to_pylist()
    )


def _first_span(row: dict[str, Any]) -> tuple[int, int]:
    """The answer that most annotators gave, the first of them where none is given twice."""
    texts, starts = row["answer_texts"], row["answer_starts"]
    spans = [(start, start + len(text)) for text, start in zip(texts, starts, strict=True)]
    return max(spans, key=lambda span: (spans.count(span), -spans.index(span)))


def _opinions(path: Path) -> tuple[SpanExample, ...]:
    names = ["review", "question", "answer_start", "answer_end", "has_answer", "span_ok"]
    table = read_columns(path, names)
    return tuple(
        SpanExample(
            row["question"],
            row["review"],
            (row["answer_start"], row["answer_end"]) if row["has_answer"] else None,
        )
        for row in table.to_pylist()
        if row["span_ok"] or not row["has_answer"]
    )
