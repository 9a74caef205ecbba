"""Reading customers' messages: language, sentiment, and of the opening one what it wants."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from customers.models import Customer, Message, Ticket
from customers.signals import rows_read, send_after_commit
from intelligence.analysis.kind import Kind, Result
from intelligence.analysis.kinds.mentions import keep_mentions, read_mentions
from intelligence.analysis.kinds.sentiment import (
    SENTIMENT_COLUMNS,
    opinions,
    sentiment_columns,
)
from intelligence.analysis.kinds.ticket_opinions import TASKS, keep_opinions
from intelligence.analysis.kinds.vectors import keep_vectors, read_vector
from intelligence.analysis.unlearnt import suggest_unlearnt
from intelligence.automation import label_read
from intelligence.loaded import text_reader
from intelligence.topic_rows import put_into_topics

LOCK_SQL = "SELECT id FROM customers_ticket WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


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
        told_by_openings = {"sentiment"} | (TASKS & reader.versions.keys())
        tasks = [told_by_openings if row.pk in openings else {"sentiment"} for row in rows]
        texts = [message_text(row, opening=row.pk in openings) for row in rows]
        readings = reader.read(texts, tasks)
        return [
            Result(
                input_sha256=reading.input_sha256,
                columns=sentiment_columns(reading),
                opinions=opinions(reading),
                extra=mentions,
                likeness=likeness,
                vector=read_vector(reader, reading, is_opening=row.pk in openings),
            )
            for row, reading, mentions, likeness in zip(
                rows,
                readings,
                read_mentions(texts, readings),
                suggest_unlearnt(reader, readings),
                strict=True,
            )
        ]

    def keep(self, stored: Sequence[tuple[Message, Result]]) -> None:
        tickets = sorted({row.ticket_id for row, _ in stored})
        with Ticket.objects.filter(pk__in=tickets).complaints_followed():
            with connection.cursor() as cursor:
                cursor.execute(LOCK_SQL, [tickets])
                keep_opinions(cursor, stored)
            label_read((row.ticket_id, result) for row, result in stored)
            keep_mentions("message", stored)
            keep_vectors("message", stored)
            put_into_topics("ticket", [(row.ticket_id, result.vector) for row, result in stored])
            Ticket.objects.refresh_sentiment(tickets)
        Customer.objects.refresh_sentiment(row.ticket.customer_id for row, _ in stored)
        send_after_commit(rows_read, sender=Ticket, pks=tickets)


def message_text(message: Message, *, opening: bool) -> str:
    """What is read of a message; the opening one is read with the ticket's subject."""
    return f"{message.ticket.subject}\n{message.body}" if opening else message.body
