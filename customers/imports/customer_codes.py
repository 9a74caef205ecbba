"""Which customers the rows of orders and tickets mean, where they name them by e-mail address."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from customers.imports.format import STAGE

# Customers by the keys that systems know them by, those of merged customers too.
KNOWN_CUSTOMERS = """(
    SELECT id, source, external_id FROM customers_customer
    UNION ALL SELECT customer_id, source, external_id FROM customers_mergedkey
)"""
# A customer of the same system that is there under a key of its own is meant by the address.
RESOLVE = sql.SQL(
    """
    UPDATE {stage} s SET customer_code = known.external_id FROM (
        SELECT DISTINCT ON (wanted.email) wanted.email, c.external_id
        FROM (SELECT DISTINCT {email} AS email FROM {stage} WHERE {email} <> '') wanted
        JOIN customers_customer c ON c.email IN (wanted.email, lower(wanted.email))
        WHERE c.source = {source} AND c.external_id <> ''
        ORDER BY wanted.email, c.id
    ) known
    WHERE s.{email} = known.email AND s.customer_code IN ('', s.{email}, lower(s.{email}))
    """
)


def resolve_customers(cursor: Any, source: str, email_column: str) -> None:
    """Set `customer_code` of staged rows that have an address only to the customer's key."""
    cursor.execute(
        RESOLVE.format(
            stage=sql.Identifier(STAGE),
            email=sql.Identifier(email_column),
            source=sql.Literal(source),
        )
    )
