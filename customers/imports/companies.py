"""The companies that staged customers belong to: found by key or name, made where missing.

They are made before the customers, so that an undo, which goes the other way round, finds
nobody in them any more.
"""

from __future__ import annotations

from typing import Any

from customers.imports.format import STAGE
from customers.imports.journal import journal_edited, journal_made
from customers.imports.merge import Merging, drop
from customers.models import Company

# A key that is known says which company; one that is not, the one named beside it, if any.
BY_KEY = f"""
    UPDATE {STAGE} s SET company = coalesce(known.name, named.name)
    FROM (
        SELECT company_id, coalesce(
            (array_agg(company ORDER BY row_number) FILTER (WHERE company <> ''))[1], company_id
        ) AS name FROM {STAGE} WHERE company_id <> '' GROUP BY company_id
    ) named LEFT JOIN customers_company known
        ON known.source = %(source)s AND known.external_id = named.company_id
    WHERE s.company_id = named.company_id
"""  # noqa: S608
# One company for each name, and one name for each key.
MISSING = f"""
    CREATE TEMP TABLE staged_company ON COMMIT DROP AS
    SELECT DISTINCT ON (upper(company)) company AS name, company_id AS external_id
    FROM {STAGE} s WHERE company <> '' AND NOT EXISTS (
        SELECT FROM customers_company known
        WHERE company_id <> '' AND known.source = %(source)s AND known.external_id = company_id
    ) ORDER BY upper(company), company_id = '', row_number
"""  # noqa: S608
FOUND = """
    CREATE TEMP TABLE found_company ON COMMIT DROP AS
    SELECT known.id, known.source, known.external_id, staged.external_id AS given
    FROM customers_company known
    JOIN staged_company staged ON upper(staged.name) = upper(known.name)
    WHERE known.external_id = '' AND staged.external_id <> ''
    ORDER BY known.id FOR NO KEY UPDATE OF known
"""
CLAIM = """
    UPDATE customers_company known
    SET source = %(source)s, external_id = found.given, updated_at = %(at)s
    FROM found_company found WHERE known.id = found.id
"""
MAKE = """
    CREATE TEMP TABLE merged_company ON COMMIT DROP AS
    WITH made AS (
        INSERT INTO customers_company
            (name, domain, country, notes, source, external_id, created_at, updated_at)
        SELECT name, '', '', '', CASE WHEN external_id = '' THEN '' ELSE %(source)s END,
            external_id, %(at)s, %(at)s
        FROM staged_company staged WHERE NOT EXISTS (
            SELECT FROM customers_company known WHERE upper(known.name) = upper(staged.name)
        ) ORDER BY upper(name) ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT id, true AS is_new FROM made UNION ALL SELECT id, false FROM found_company
"""


def bring_companies(into: Merging) -> None:
    """Give each staged customer the name of their company; make those that are missing. A
    company that is there without a key gets the one that the file has for its name.
    """
    cursor = into.cursor
    given: dict[str, Any] = {"source": into.source, "at": into.started_at}
    for table in ("staged_company", "found_company", "merged_company"):
        drop(cursor, table)
    if "company_id" in into.columns:
        cursor.execute(BY_KEY, given)
    for statement in (MISSING, FOUND, CLAIM, MAKE):
        cursor.execute(statement, given)
    entry = into.entry
    if entry is not None:
        entry.row_count += journal_made(cursor, entry, Company, "merged_company", into.started_at)
        fields = [Company._meta.get_field(name) for name in ("source", "external_id")]
        tables = ("merged_company", "found_company")
        entry.row_count += journal_edited(cursor, entry, Company, tables, fields)
