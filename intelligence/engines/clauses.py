"""How a place of a text sounds, told from the clause around it alone.

For models that read whole texts: Chinese, and any encoder without an adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.contract import Card
from intelligence.engines.sentences import Span, clauses_of, sentences_of

Steps = Callable[[Sequence[str]], NDArray[np.floating[Any]]]
# The five steps of sentiment as negative, neutral, positive.
KINDS = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]], np.float32)


class ClauseReader:
    """An `AspectReader` made from a model of whole texts: `steps` gives float[n, 5], the
    probabilities of the five steps of each text.
    """

    def __init__(self, card: Card, steps: Steps) -> None:
        self.card = card
        self._steps = steps

    def polarity(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[NDArray[np.float32]]:
        """For each text float32[spans, 3]; each different clause is read once."""
        clauses = [_clauses_at(text, own) for text, own in zip(texts, spans, strict=True)]
        places = {
            clause: at for at, clause in enumerate(sorted({c for own in clauses for c in own}))
        }
        if not places:
            return [np.zeros((0, 3), np.float32) for _ in texts]
        kinds = np.asarray(self._steps(list(places)), np.float32) @ KINDS
        return [kinds[[places[clause] for clause in own]].reshape(-1, 3) for own in clauses]


def _clauses_at(text: str, spans: Sequence[Span]) -> list[str]:
    """The clause that each span begins in; the span itself where it is in none."""
    clauses = [clause for sentence in sentences_of(text) for clause in clauses_of(text, sentence)]
    starts = np.array([start for start, _ in clauses] or [0])
    found = []
    for start, end in spans:
        at = int(np.searchsorted(starts, start, side="right")) - 1
        inside = 0 <= at < len(clauses) and start < clauses[at][1]
        first, last = clauses[at] if inside else (start, end)
        found.append(text[first : max(last, end)])
    return found
