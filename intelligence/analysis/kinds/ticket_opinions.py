"""What a ticket's opening message tells of the ticket: its intent and its priority."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from customers.models import Intent
from intelligence.analysis.kind import Opinion, Result
from intelligence.analysis.kinds.sentiment import detail

TASKS = frozenset({"intent", "priority"})

# label, probability, detail, ticket
Columns = tuple[Any, ...]

INTENT_SQL = """
UPDATE customers_ticket SET
    suggested_intent_id = %s, intent_probability = %s, intent_detail = %s
WHERE id = %s
"""
PRIORITY_SQL = """
UPDATE customers_ticket SET
    suggested_priority = %s, priority_probability = %s, priority_detail = %s
WHERE id = %s
"""


def keep_opinions(cursor: CursorWrapper, stored: Sequence[tuple[Any, Result]]) -> None:
    """Write on the tickets what was read in their opening messages."""
    intents = set(Intent.objects.active().values_list("slug", flat=True))
    _write(cursor, INTENT_SQL, _intents(stored, intents))
    _write(cursor, PRIORITY_SQL, _priorities(stored))


def _intents(stored: Sequence[tuple[Any, Result]], known: set[str]) -> Iterator[Columns]:
    """What the head said, if the shop has that intent; else what the text is like, without
    a probability: it is no model's, and nothing that goes by probabilities may use it.
    """
    for row, result, opinion in _opinions(stored, "intent"):
        said, like = opinion.prediction, result.likeness
        content = detail(said, opinion.card, result.input_sha256)
        if not said.abstained:
            label = said.label if said.label in known else None
            yield label, said.probability, Jsonb(content), row.ticket_id
        elif like is None:
            yield None, said.probability, Jsonb(content), row.ticket_id
        else:
            content["likeness"] = {"label": like.label, "cosine": round(like.cosine, 4)}
            yield like.label, None, Jsonb(content), row.ticket_id


def _priorities(stored: Sequence[tuple[Any, Result]]) -> Iterator[Columns]:
    for row, result, opinion in _opinions(stored, "priority"):
        said = opinion.prediction
        label = "" if said.abstained else said.label
        content = detail(said, opinion.card, result.input_sha256)
        yield label, said.probability, Jsonb(content), row.ticket_id


def _opinions(
    stored: Sequence[tuple[Any, Result]], task: str
) -> Iterator[tuple[Any, Result, Opinion]]:
    for row, result in stored:
        for opinion in result.opinions:
            if opinion.task == task:
                yield row, result, opinion


def _write(cursor: CursorWrapper, statement: str, parameters: Iterator[Columns]) -> None:
    rows = list(parameters)
    if rows:
        cursor.executemany(statement, rows)
