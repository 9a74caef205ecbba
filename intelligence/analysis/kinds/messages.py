"""Reading customers' messages: language, sentiment, and of the opening one the intent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from customers.models import Customer, Intent, Message, Ticket
from intelligence.analysis.kind import Kind, Result
from intelligence.analysis.kinds.sentiment import (
    SENTIMENT_COLUMNS,
    detail,
    opinions,
    sentiment_columns,
)
from intelligence.loaded import text_reader

LOCK_SQL = "SELECT id FROM customers_ticket WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

TICKET_INTENT_SQL = """
UPDATE customers_ticket SET
    suggested_intent_id = %s, intent_probability = %s, intent_detail = %s
WHERE id = %s
"""


class Messages(Kind):
    """Customers' messages; results stand on them and in sum on their tickets."""

    name = "message"
    model = Message
    columns = SENTIMENT_COLUMNS
    related = ("ticket",)

    def prepare(self) -> None:
        text_reader()

    def read(self, rows: Sequence[Message]) -> list[Result]:
        reader = text_reader()
        tickets = {row.ticket_id for row in rows}
        openings = set(Message.objects.opening_of(tickets).values_list("pk", flat=True))
        tasks = [{"sentiment", "intent"} if row.pk in openings else {"sentiment"} for row in rows]
        texts = [message_text(row, opening=row.pk in openings) for row in rows]
        return [
            Result(
                input_sha256=reading.input_sha256,
                columns=sentiment_columns(reading, reader.versions["sentiment"]),
                opinions=opinions(reading, reader.versions),
            )
            for reading in reader.read(texts, tasks)
        ]

    def keep(self, stored: Sequence[tuple[Message, Result]]) -> None:
        tickets = sorted({row.ticket_id for row, _ in stored})
        with connection.cursor() as cursor:
            cursor.execute(LOCK_SQL, [tickets])
            _keep_intents(cursor, stored)
        Ticket.objects.refresh_sentiment(tickets)
        Customer.objects.refresh_sentiment(row.ticket.customer_id for row, _ in stored)


def message_text(message: Message, *, opening: bool) -> str:
    """What is read of a message; the opening one is read with the ticket's subject."""
    return f"{message.ticket.subject}\n{message.body}" if opening else message.body


def _keep_intents(cursor: CursorWrapper, stored: Sequence[tuple[Message, Result]]) -> None:
    known = set(Intent.objects.filter(is_active=True).values_list("slug", flat=True))
    parameters: list[tuple[Any, ...]] = []
    for row, result in stored:
        for opinion in result.opinions:
            if opinion.task == "intent":
                said = opinion.prediction
                slug = said.label if not said.abstained and said.label in known else None
                parameters.append(
                    (slug, said.probability, Jsonb(detail(said, opinion.card)), row.ticket_id)
                )
    if parameters:
        cursor.executemany(TICKET_INTENT_SQL, parameters)
