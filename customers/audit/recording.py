"""The one door into the audit.

record_access(Action.SEEN, kind="customer", pks=[7], by=user, via=Via.SCREEN)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from customers.models.audit import AuditEntry

MOST_PKS = 1000  # of one row; more records take several rows

INSERT = sql.SQL(
    "INSERT INTO customers_auditentry ({names}) SELECT {places} "
    "FROM set_config('synchronous_commit', 'off', true)"
)
Action, Via = AuditEntry.Action, AuditEntry.Via


def record_access(
    action: str,
    *,
    via: str,
    by: Any = None,
    kind: str = "",
    pks: Sequence[int] = (),
    row_count: int | None = None,
    fields: str = "",
    route: str = "",
    ledger: str = "",
    ledger_pk: int | None = None,
) -> None:
    """Note that `by` (null: a rule, a model, a command) did something with records of a kind.

    It is part of the caller's transaction, if there is one: no effect without its entry.
    """
    known = by if by is not None and by.is_authenticated else None
    chunks = [pks[start : start + MOST_PKS] for start in range(0, len(pks), MOST_PKS)] or [()]
    entries = [
        AuditEntry(
            actor=known,
            actor_name=known.get_username() if known else "",
            key=getattr(known, "acting_key", None),
            via=via,
            action=action,
            kind=kind,
            pks=list(chunk),
            row_count=len(chunk) if row_count is None else row_count,
            fields=fields,
            route=route,
            ledger=ledger,
            ledger_pk=ledger_pk,
        )
        for chunk in chunks
    ]
    if len(entries) == 1 and action == Action.SEEN and not connection.in_atomic_block:
        _insert_without_waiting(entries[0])
    else:
        AuditEntry.objects.bulk_create(entries)


def _insert_without_waiting(entry: AuditEntry) -> None:
    """One statement, for a page that is looked at: it does not wait for the disk. A power cut may
    take the looks of the last half second; a crash of ours takes none.
    """
    fields = [field for field in AuditEntry._meta.concrete_fields if not field.primary_key]
    names = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    places = sql.SQL(", ").join([sql.Placeholder()] * len(fields))
    values = [field.get_db_prep_save(field.pre_save(entry, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(names=names, places=places), values)


class TellAudit:
    """Notes an export while its rows go by, so that a large one needs no memory for its keys."""

    def __init__(
        self, via: str, kind: str, *, by: Any, route: str = "", ledger: tuple[str, int | None]
    ) -> None:
        self.via, self.kind, self.by, self.route = via, kind, by, route
        self.ledger, self.ledger_pk = ledger
        self.pks: list[int] = []

    def add(self, pk: int) -> None:
        """A row left."""
        self.pks.append(pk)
        if len(self.pks) == MOST_PKS:
            self.end()

    def end(self) -> None:
        """Note what was not noted yet."""
        if self.pks:
            record_access(
                Action.EXPORTED,
                via=self.via,
                by=self.by,
                kind=self.kind,
                pks=self.pks,
                route=self.route,
                ledger=self.ledger,
                ledger_pk=self.ledger_pk,
            )
            self.pks = []
