"""Further e-mail addresses and phone numbers of customers that a file brings."""

from __future__ import annotations

from typing import Any

from customers.imports import values
from customers.imports.errors import RowError
from customers.imports.format import STAGE, mark_states
from customers.imports.journal import journal_made
from customers.imports.merge import Merging, drop, latest_rows
from customers.imports.table import Row
from customers.models import ContactPoint
from customers.models.contact_point import normalised_email, normalised_phone

BRING = """
    CREATE TEMP TABLE merged_contactpoint ON COMMIT DROP AS
    WITH said AS (
        SELECT staged.external_id, owner.id AS customer_id, owner.email, owner.phone, one.*
        FROM ({latest}) staged
        CROSS JOIN LATERAL (
            SELECT row.* FROM customers_customer row
            WHERE {match} (row.source = %(source)s AND row.external_id = staged.external_id)
            ORDER BY row.source = %(source)s AND row.external_id = staged.external_id, row.id
            LIMIT 1
        ) owner
        CROSS JOIN LATERAL jsonb_to_recordset(staged.further)
            AS one (kind text, value text, normalised text)
    ), made AS (
        INSERT INTO customers_contactpoint (customer_id, kind, value, normalised, label, created_at)
        SELECT DISTINCT ON (customer_id, kind, normalised)
            customer_id, kind, value, normalised, '', %(at)s
        FROM said WHERE lower(email) <> normalised AND phone <> value
        ORDER BY customer_id, kind, normalised
        ON CONFLICT DO NOTHING RETURNING id, customer_id
    )
    SELECT DISTINCT ON (made.id) made.id, true AS is_new, said.external_id
    FROM made JOIN said USING (customer_id) ORDER BY made.id
"""
# A customer who got a further address was there, or is new anyway.
TOLD = "(SELECT external_id, false AS is_new FROM merged_contactpoint)"


def check_address(column: str, address: str) -> None:
    """Raises RowError where this is no e-mail address: an @ between two parts."""
    if address and (" " in address or not all(address.partition("@"))):
        raise RowError(column, f"{address!r} is not an e-mail address")


def further_contacts(row: Row) -> list[dict[str, Any]]:
    """The further addresses and numbers of a row, as they are kept."""
    most = ContactPoint.MOST
    emails = values.words(row, "further_emails", most=254, at_most=most)
    phones = values.words(row, "further_phones", most=40, at_most=most)
    for address in emails:
        check_address("further_emails", address)
    return [
        *({"kind": "email", "value": one, "normalised": normalised_email(one)} for one in emails),
        *({"kind": "phone", "value": one, "normalised": normalised_phone(one)} for one in phones),
    ]


def bring_contacts(into: Merging, match: str) -> None:
    """Add to the customers what they have not yet; nothing is taken away. `match` is SQL over
    `row` and `staged` that finds customers by another key.
    """
    cursor = into.cursor
    drop(cursor, "merged_contactpoint")
    found = f"({match}) OR " if match else ""
    statement = BRING.format(latest=latest_rows(STAGE), match=found)
    cursor.execute(statement, {"source": into.source, "at": into.started_at})
    mark_states(cursor, TOLD, "s.external_id = m.external_id")
    if into.entry is not None:
        made = journal_made(cursor, into.entry, ContactPoint, "merged_contactpoint", None)
        into.entry.row_count += made
