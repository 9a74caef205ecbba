"""Training the reader of answers: which pairs it sees, and in which order.

First short stretches of the passages, which cost half as much and teach most; then the
passages whole, with twice as many that do not say what is asked.
docs/decisions/0029-answer-reader.md has what each part gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from intelligence.engines.span_tuning import SpanExample, SpanProgress, SpanSettings, tune_spans
from intelligence.evaluation.encode import Encode
from intelligence.training.answer_sets import AnswerSet, cropped, unanswered

# Of each round: words of a passage at most, share of the questions with a silent passage.
ROUNDS = ((88, 0.25), (88, 0.25), (240, 0.5))
SUBJECTIVE = "subjqa"  # long reviews, spans of taste: half of them a round
SEED = 7


def rounds_of(sets: Sequence[AnswerSet], encode: Encode) -> list[list[SpanExample]]:
    """The pairs of each pass, drawn by a fixed seed."""
    order = np.random.default_rng(SEED)
    found: list[list[SpanExample]] = []
    for place, (words, share) in enumerate(ROUNDS):
        pairs: list[SpanExample] = []
        for one in sets:
            own = one.learnt()
            if one.name == SUBJECTIVE:
                own = own[place % 2 :: 2]
            else:
                own += unanswered(own, encode, share, order)
            pairs += own
        found.append([cropped(pair, words, order) for pair in pairs])
    return found


def train_reader(
    model: Any,
    tokenizer: Any,
    sets: Sequence[AnswerSet],
    encode: Encode,
    report: Callable[[SpanProgress], None] | None = None,
) -> None:
    """Train a question-answering model in place on the sets' learnt pairs."""
    tune_spans(model, tokenizer, rounds_of(sets, encode), SpanSettings(), report)
