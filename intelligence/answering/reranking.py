"""An optional last step of retrieval: a reader looks at what was found and moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from intelligence.answering.retrieval import Hit
from intelligence.engines.answer_contract import AnswerReader
from intelligence.engines.passage_ranking import with_margins


def rerank(question: str, hits: Sequence[Hit], reader: AnswerReader) -> list[Hit]:
    """The hits with scores that also say how sure the reader is that each answers, best
    first; hits that tie keep their order.
    """
    readings = reader.read(question, [hit.passage.body for hit in hits])
    moved = with_margins(
        np.array([hit.score for hit in hits]), np.array([one.margin for one in readings])
    )
    scored = [replace(hit, score=float(score)) for hit, score in zip(hits, moved, strict=True)]
    return sorted(scored, key=lambda hit: -hit.score)
