"""A few rows, such as a webhook brings, taken in as those of a file are, by the same formats."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from customers.imports.format import STAGE, Format
from customers.imports.merge import Merging
from customers.imports.run import copy_rows, make_stage
from customers.imports.table import Row
from customers.models import Customer, JournalEntry, Order, OrderLine, Product
from customers.signals import ring

# Of one row the planner needs no fresh figures of whole tables.
KNOWN_TABLES = frozenset(one._meta.db_table for one in (Customer, Order, OrderLine, Product))


def merge_at_once(
    kind: Format, rows: Iterable[Row], columns: Iterable[str], *, source: str, entry: JournalEntry
) -> None:
    """Take in rows that tell of `columns`, within the caller's transaction, and write them down
    under `entry`. Empty values clear what is there. Raises RowError.
    """
    staged = [
        (number, values)
        for number, row in enumerate(rows, start=1)
        for values in kind.read_all(row)
    ]
    with connection.cursor() as cursor:
        make_stage(cursor, kind)
        copy_rows(cursor, kind, staged)
        merging = Merging(
            cursor, source, entry, columns=frozenset(columns), analysed=set(KNOWN_TABLES)
        )
        kind.merge(merging)
        cursor.execute(f"DROP TABLE {STAGE}")
    entry.save(update_fields=["row_count"])
    for model in (Product, Customer):
        ring(model)
