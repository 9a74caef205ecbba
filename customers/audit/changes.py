"""Changes in the audit: it names the rows and the journal entry, which holds the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.audit.recording import MOST_PKS, Action, Via, record_access
from customers.audit.routes import IMPERSONAL
from customers.current_request import current_request
from customers.models.journal import JournalEntry

BY_MODELS = (JournalEntry.Kind.LABELLED,)


def note_changes(entry: JournalEntry, touched: Mapping[str, list[int]]) -> None:
    """Note an act of the journal, or a part of one, in its transaction. Of parts above
    `MOST_PKS` rows the journal alone has the keys.
    """
    facts = current_request()
    by: Any = entry.by
    if facts is not None and facts.request is not None and by == facts.request.user:
        by = facts.request.user  # with the API key that it came with
    via = Via.MODEL if entry.kind in BY_MODELS else Via.WORKER
    for kind, pks in touched.items():
        if kind in IMPERSONAL:
            continue
        record_access(
            Action.CHANGED,
            via=facts.via if facts is not None and facts.via else via,
            by=by,
            kind=kind,
            pks=pks if len(pks) <= MOST_PKS else [],
            row_count=len(pks),
            route=facts.route if facts is not None else "",
            ledger="journalentry",
            ledger_pk=entry.pk,
        )
        if facts is not None:
            facts.journalled = True
