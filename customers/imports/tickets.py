"""Tickets: a row for each, with the customer's text and perhaps the shop's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from customers.imports import values
from customers.imports.customer_codes import KNOWN_CUSTOMERS, resolve_customers
from customers.imports.errors import RowError
from customers.imports.fields import TICKET_FIELDS
from customers.imports.format import STAGE, Format, first_of, mark_states
from customers.imports.merge import Merging, latest_rows
from customers.imports.reviews import digest
from customers.imports.table import Row
from customers.models import Customer, Message, Ticket
from customers.sla.imported import begin

BODY = ("body", "text", "message", "description")
TIME = ("created_at", "created", "opened_at", "time", "date")
CUSTOMER = ("customer_id", "customer", "email", "user_id")
SUBJECT_FROM_BODY = 80
PRIORITIES = {
    "low": "low",
    "medium": "normal",
    "normal": "normal",
    "high": "high",
    "critical": "urgent",
    "urgent": "urgent",
    "very_low": "low",
}
LONG_AGO = "'2000-01-01T00:00Z'::timestamptz"

CUSTOMERS = f"""
    SELECT customer_code AS external_id, max(email) AS email FROM {STAGE}
    WHERE customer_code <> '' GROUP BY customer_code
"""  # noqa: S608
# A priority that was decided here stays, whatever the file says of it.
TICKETS = """
    SELECT s.*, c.id AS customer_id, coalesce(t.priority, s.priority) AS priority_that_counts
    FROM ({latest}) s
    LEFT JOIN {known} c
        ON c.source = %(source)s AND c.external_id = s.customer_code AND s.customer_code <> ''
    LEFT JOIN customers_ticket t
        ON t.source = %(source)s AND t.external_id = s.external_id
        AND t.priority_set_at IS NOT NULL
"""
MESSAGES = """
    SELECT s.external_id || said.suffix AS external_id, t.id AS ticket_id, said.is_internal,
        said.author_kind,
        said.body, coalesce(said.sent_at, s.opened_at, {long_ago}) + said.after AS sent_at
    FROM ({latest}) s
    JOIN customers_ticket t ON t.source = %(source)s AND t.external_id = s.external_id
    CROSS JOIN LATERAL (
        VALUES ('', 'customer', s.body, interval '0', NULL::timestamptz, false),
            ('-answer', 'agent', s.answer, interval '1 hour', NULL, false)
        UNION ALL
        SELECT '-' || (one ->> 'id'), one ->> 'author', one ->> 'body', interval '0',
            (one ->> 'sent_at')::timestamptz, (one ->> 'is_internal')::boolean
        FROM jsonb_array_elements(s.comments) one
    ) AS said (suffix, author_kind, body, after, sent_at, is_internal)
    WHERE said.body <> ''
"""
SAID_IN = """(
    SELECT m.is_new, t.external_id AS ticket_key FROM {states} m
    JOIN customers_message said USING (id) JOIN customers_ticket t ON t.id = said.ticket_id
)"""


TOUCHED = """
    SELECT id FROM {tickets} UNION
    SELECT said.ticket_id FROM {messages} JOIN customers_message said USING (id)
"""


class Tickets(Format):
    """Tickets with their opening message, and the answer where the file has one."""

    fields = TICKET_FIELDS
    name = "tickets"
    label = _("Tickets")
    needs = (BODY,)
    staged: dict[str, str] = {
        "external_id": "text",
        "customer_code": "text",
        "email": "text",
        "subject": "text",
        "body": "text",
        "answer": "text",
        "priority": "text",
        "status": "text",
        "opened_at": "timestamptz",
        "tags": "text[]",
        "comments": "jsonb",
    }

    def read(self, row: Row) -> tuple[Any, ...]:
        """One ticket; without a subject it gets the beginning of its text."""
        body = values.text(row, first_of(row, *BODY), most=200_000, required=True)
        subject = values.text(row, "subject", most=2_000)[:300] or _beginning(body)
        column = first_of(row, "external_id", "ticket_id", "tweet_id", "id")
        key = values.text(row, column, most=110)
        customer = values.text(row, first_of(row, *CUSTOMER), most=120)
        email = values.text(row, "email", most=254)
        answer = values.text(row, "answer", most=200_000)
        return (
            key or digest(subject, body, answer),
            customer,
            email or (customer if "@" in customer else ""),
            subject,
            body,
            answer,
            _priority(row),
            _status(row, answered=bool(answer)),
            _opened_at(row),
            values.words(row, "tags", most=40, at_most=50),
            Jsonb(row.get("comments") or []),
        )

    def merge(self, into: Merging) -> None:
        """Customers where they are missing, tickets, then their messages."""
        resolve_customers(into.cursor, into.source, "email")
        into.merge(Customer, CUSTOMERS, {"email": "email"}, update=False)
        latest = latest_rows(STAGE)
        tickets = into.cursor.mogrify(
            TICKETS.format(latest=latest, known=KNOWN_CUSTOMERS), {"source": into.source}
        )
        states = into.merge(
            Ticket,
            tickets,
            {
                "customer": "customer_id",
                "subject": "subject",
                "priority": "priority_that_counts",
                "status": "status",
                "channel": "'email'",
                "opened_at": f"coalesce(opened_at, {LONG_AGO})",
                "last_message_at": f"coalesce(opened_at, {LONG_AGO})",
                **({"tags": "tags"} if "tags" in into.columns else {}),
            },
            keep=("tags",),
        )
        mark_states(into.cursor, states, "s.external_id = m.external_id")
        messages = MESSAGES.format(latest=latest, long_ago=LONG_AGO)
        states = into.merge(
            Message,
            into.cursor.mogrify(messages, {"source": into.source}),
            {
                "ticket": "ticket_id",
                "author_kind": "author_kind",
                "body": "body",
                "sent_at": "sent_at",
                "is_internal": "is_internal",
            },
        )
        told = SAID_IN.format(states=states)
        mark_states(into.cursor, told, "m.ticket_key = s.external_id")
        begin_clocks(into.cursor, states)


def begin_clocks(cursor: Any, messages: str, tickets: str = "merged_ticket") -> None:
    """What promises of service say of the tickets in these tables of what was merged."""
    cursor.execute(TOUCHED.format(messages=messages, tickets=tickets))
    begin(pk for (pk,) in cursor.fetchall())


def _beginning(body: str) -> str:
    line = " ".join(body.split())
    return line if len(line) <= SUBJECT_FROM_BODY else f"{line[: SUBJECT_FROM_BODY - 1].rstrip()}…"


def _priority(row: Row) -> str:
    said = str(row.get("priority") or "normal").strip().lower()
    if said not in PRIORITIES:
        raise RowError("priority", f"{said!r} is none of {', '.join(PRIORITIES)}")
    return PRIORITIES[said]


def _status(row: Row, *, answered: bool) -> str:
    said = str(row.get("status") or "").strip().lower()
    if not said:
        return Ticket.Status.PENDING if answered else Ticket.Status.OPEN
    if said not in Ticket.Status.values:
        raise RowError("status", f"{said!r} is none of {', '.join(Ticket.Status.values)}")
    return said


def _opened_at(row: Row) -> datetime | None:
    column = first_of(row, *TIME)
    return values.moment(row, column) if row.get(column) not in (None, "") else None
