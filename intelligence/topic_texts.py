"""The texts that decide the topics of rows, as models read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from customers.models import Message, Review

CHUNK = 2_000


def texts_of_rows(kind: str, rows: Sequence[int]) -> list[str]:
    """What stands in the text that decides the topic of each of these rows, in order; "" for
    rows that are gone.
    """
    said: dict[int, str] = {}
    for start in range(0, len(rows), CHUNK):
        said |= READ[kind](rows[start : start + CHUNK])
    return [said.get(row, "") for row in rows]


def _of_tickets(pks: Sequence[int]) -> dict[int, str]:
    openings: Any = Message.objects.opening_of(pks)
    found = openings.values_list("ticket_id", "ticket__subject", "body")
    return {ticket: f"{subject}\n{body}" for ticket, subject, body in found}


def _of_reviews(pks: Sequence[int]) -> dict[int, str]:
    found = Review.objects.filter(pk__in=pks).values_list("pk", "title", "body")
    return {pk: f"{title}\n{body}" for pk, title, body in found}


READ = {"ticket": _of_tickets, "review": _of_reviews}
