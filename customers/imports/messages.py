"""Messages of tickets: a row for each, under the key of its ticket."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.errors import RowError
from customers.imports.fields import MESSAGE_FIELDS
from customers.imports.format import STAGE, Format, first_of, mark_states
from customers.imports.merge import Merging, latest_rows
from customers.imports.reviews import digest
from customers.imports.table import Row
from customers.imports.tickets import begin_clocks
from customers.models import Message, Ticket

AUTHORS = {
    **dict.fromkeys(("", "customer", "user", "end-user", "client", "客户", "用户"), "customer"),
    **dict.fromkeys(("agent", "staff", "admin", "support", "客服"), "agent"),
    **dict.fromkeys(("system", "bot", "系统"), "system"),
}
TICKETS = """
    SELECT ticket_code AS external_id, min(sent_at) AS opened_at, max(sent_at) AS last_at,
        (array_agg(left(body, 80) ORDER BY sent_at, row_number))[1] AS subject
    FROM ({latest}) s GROUP BY ticket_code
"""
MESSAGES = """
    SELECT s.*, t.id AS ticket_id FROM ({latest}) s
    JOIN customers_ticket t ON t.source = %(source)s AND t.external_id = s.ticket_code
"""


class Messages(Format):
    """What was said in tickets; a ticket that is not there yet is made of its messages."""

    name = "messages"
    label = _("Messages of tickets")
    needs = ("ticket", "body")
    fields = MESSAGE_FIELDS
    is_whole = True  # a new ticket opens with its first message, wherever in the file that is
    staged: dict[str, str] = {
        "external_id": "text",
        "ticket_code": "text",
        "author_kind": "text",
        "body": "text",
        "sent_at": "timestamptz",
        "is_internal": "boolean",
    }

    def read(self, row: Row) -> tuple[Any, ...]:
        """One message; without a key of its own it gets one made of what it says."""
        ticket = values.text(row, "ticket", most=110, required=True)
        body = values.text(row, "body", most=200_000, required=True)
        said = values.text(row, "author", most=40).lower()
        if said not in AUTHORS:
            raise RowError("author", f"{said!r} is none of {', '.join(filter(None, AUTHORS))}")
        column = first_of(row, "sent_at", "created_at", "date", "time")
        at = values.moment(row, column)
        key = values.text(row, first_of(row, "external_id", "message_id", "id"), most=120)
        key = key or digest(ticket, AUTHORS[said], str(at), body)
        is_internal = bool(values.yes_or_no(row, "is_internal"))
        return (key, ticket, AUTHORS[said], body, at, is_internal)

    def merge(self, into: Merging) -> None:
        """Tickets where they are missing, then what was said in them."""
        latest = latest_rows(STAGE)
        columns = {"subject": "subject", "opened_at": "opened_at", "last_message_at": "last_at"}
        into.merge(Ticket, TICKETS.format(latest=latest), columns, update=False)
        rows = into.cursor.mogrify(MESSAGES.format(latest=latest), {"source": into.source})
        said = {name: name for name in ("author_kind", "body", "sent_at", "is_internal")}
        states = into.merge(Message, rows, {"ticket": "ticket_id", **said})
        mark_states(into.cursor, states, "s.external_id = m.external_id")
        begin_clocks(into.cursor, states)
