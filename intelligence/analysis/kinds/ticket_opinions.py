"""What a ticket's opening message tells of the ticket: its intent and its priority."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from customers.models import Intent, Ticket
from intelligence.analysis.kind import Opinion, Result
from intelligence.analysis.kinds.sentiment import detail

TASKS = frozenset({"intent", "priority"})

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
    _write(cursor, INTENT_SQL, _columns(stored, "intent", intents, nothing=None))
    priorities = set(Ticket.Priority.values)
    _write(cursor, PRIORITY_SQL, _columns(stored, "priority", priorities, nothing=""))


def _columns(
    stored: Sequence[tuple[Any, Result]], task: str, known: set[str], *, nothing: str | None
) -> Iterator[tuple[Any, ...]]:
    """Label (`nothing` where it abstained or the shop has no such label), probability,
    detail and ticket of each opinion about `task`.
    """
    for row, opinion in _opinions(stored, task):
        said = opinion.prediction
        label = said.label if not said.abstained and said.label in known else nothing
        yield label, said.probability, Jsonb(detail(said, opinion.card)), row.ticket_id


def _opinions(stored: Sequence[tuple[Any, Result]], task: str) -> Iterator[tuple[Any, Opinion]]:
    for row, result in stored:
        for opinion in result.opinions:
            if opinion.task == task:
                yield row, opinion


def _write(cursor: CursorWrapper, statement: str, parameters: Iterator[tuple[Any, ...]]) -> None:
    rows = list(parameters)
    if rows:
        cursor.executemany(statement, rows)
