"""Who tells how an aspect sounds, by the language of the text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.aspects import AspectReader
from intelligence.engines.clauses import ClauseReader
from intelligence.engines.heads import Head
from intelligence.engines.span_readers import SpanReader

if TYPE_CHECKING:
    from intelligence.engines.backbone import Backbone
    from intelligence.engines.reading import TextReader

TASK = "sentiment"


def aspect_readers(reader: TextReader, spans: Head | None = None) -> dict[str, AspectReader]:
    """One for each language whose sentiment `reader` reads, by ISO 639-1 code: the head
    `spans` for its languages, else what is said of the clause.
    """
    found: dict[str, AspectReader] = {}
    if head := reader.heads.get(TASK):
        of_head = ClauseReader(head.card, partial(_steps, reader.backbone, head))
        found |= dict.fromkeys(head.card.languages, of_head)
    for engine in reader.specialists.get(TASK, ()):
        of_engine = ClauseReader(engine.card, engine.probabilities)
        found |= dict.fromkeys(engine.languages, of_engine)
    if spans is not None:
        found |= dict.fromkeys(spans.card.languages, SpanReader(spans, reader.backbone))
    return found


def _steps(backbone: Backbone, head: Head, clauses: Sequence[str]) -> NDArray[np.float32]:
    return head.probabilities(backbone.encode(clauses).vectors(head.reads), clauses)
