"""Intents that no model has learnt yet, suggested by likeness to their descriptions.

They are asked about only where the head in service has nothing to say. What comes out is
no opinion of a model: it stands beside the head's on the ticket, marked as what it is, is
not written to the ledger, and so never decides anything by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from customers.models import Intent
from intelligence.analysis.kind import Likeness
from intelligence.engines.zero_shot import ZeroShot

if TYPE_CHECKING:
    from intelligence.engines.reading import Reading, TextReader

# The cosine from which a text is as likely of the description as of none: the most likely
# value for 1 to 4 shipped intents drawn at random, told in our 800 sentences by description
# alone. On tickets that nothing learnt from (intent_dev.jsonl, drawn the same way) 81 % of
# what is then said is right, and 17 % of what could be said is said.
ENOUGH = 0.557

Descriptions = tuple[tuple[str, str], ...]


def suggest_unlearnt(reader: TextReader, readings: Sequence[Reading]) -> list[Likeness | None]:
    """For each reading what it is like enough, where its head did not say an intent; None
    where the head said one, could not read the language, or was never asked.
    """
    unsure = [row for row, reading in enumerate(readings) if _is_unsure(reading)]
    suggestions: list[Likeness | None] = [None] * len(readings)
    if not unsure:
        return suggestions
    unlearnt = descriptions_of_unlearnt(reader.versions["intent"].labels)
    if not unlearnt:
        return suggestions
    engine = _engine(reader, unlearnt)
    cosines = engine.likeness(np.stack([readings[row].embedding for row in unsure]))
    for row, alike in zip(unsure, cosines, strict=True):
        best = int(alike.argmax())
        if alike[best] >= ENOUGH:
            suggestions[row] = Likeness(engine.labels[best], float(alike[best]))
    return suggestions


def descriptions_of_unlearnt(learnt: Sequence[str]) -> Descriptions:
    """Slug and text of each active intent that is not among the labels of a head."""
    rows = Intent.objects.active().exclude(slug__in=learnt)
    named = rows.values_list("slug", "name", "description")
    return tuple((slug, f"{name}: {description}") for slug, name, description in named)


def _is_unsure(reading: Reading) -> bool:
    said = reading.predictions.get("intent")
    return said is not None and said.abstained and said.label is not None


@lru_cache(maxsize=4)
def _engine(reader: TextReader, descriptions: Descriptions) -> ZeroShot:
    """Embedded once for as long as the reader serves and managers leave the texts alone."""
    embeddings = reader.backbone.encode([text for _, text in descriptions]).embeddings
    return ZeroShot(dict(descriptions), embeddings)
