"""Journal entries in words: how many rows of which record were made, changed or deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from customers.journal.columns import model_called
from customers.models import JournalEntry
from customers.sql import rows_of

# The first changes of each entry tell what it was; the columns of the first row stand for all.
TOLD_SQL = """
SELECT e.id, c.model, c.sort, c.n, c.columns
FROM unnest(%(pks)s::bigint[]) AS e(id), LATERAL (
    SELECT change.model, change.id,
           CASE WHEN change.before->0 = 'null' THEN 'made'
                WHEN change.after->0 = 'null' THEN 'deleted' ELSE 'changed' END AS sort,
           cardinality(change.pks) AS n,
           CASE WHEN change.before->0 <> 'null' AND change.after->0 <> 'null'
                THEN ARRAY(SELECT jsonb_object_keys(change.after->0) ORDER BY 1)
                ELSE ARRAY[]::text[] END AS columns
    FROM customers_journalchange change WHERE change.entry_id = e.id
    ORDER BY change.id LIMIT %(most)s
) c ORDER BY e.id, c.id
"""
MOST_CHANGES, MOST_COLUMNS = 6, 4
UNTOLD = ("updated_at", "version")
SORTS: dict[str, str | Promise] = {
    "made": gettext_lazy("%(n)s %(rows)s created"),
    "changed": gettext_lazy("%(n)s %(rows)s changed"),
    "deleted": gettext_lazy("%(n)s %(rows)s deleted"),
}
MORE = ngettext_lazy("%(n)s row in all", "%(n)s rows in all", "n")


def told(entries: Iterable[JournalEntry]) -> dict[int, str]:
    """What each of these entries did, by key, in one query."""
    by_pk = {entry.pk: entry for entry in entries}
    if not by_pk:
        return {}
    found: dict[int, dict[tuple[str, str], list[Any]]] = {pk: {} for pk in by_pk}
    for pk, model, sort, n, columns in rows_of(
        TOLD_SQL, {"pks": list(by_pk), "most": MOST_CHANGES}
    ):
        part = found[pk].setdefault((model, sort), [0, {}])
        part[0] += n
        part[1] |= dict.fromkeys(columns)
    return {pk: _sentence(by_pk[pk], parts) for pk, parts in found.items()}


def _sentence(entry: JournalEntry, parts: dict[tuple[str, str], list[Any]]) -> str:
    said = [_part(model, sort, n, list(columns)) for (model, sort), (n, columns) in parts.items()]
    if entry.row_count > sum(n for n, _columns in parts.values()):
        shown = number_format(entry.row_count, force_grouping=True)
        said.append(str(MORE % {"n": entry.row_count}).replace(str(entry.row_count), shown))
    return "; ".join(said)


def _part(label: str, sort: str, n: int, columns: list[str]) -> str:
    words = str(SORTS[sort]) % {"n": number_format(n, force_grouping=True), "rows": noun(label, n)}
    named = [column_name(label, column) for column in columns if column not in UNTOLD]
    if not named:
        return words
    more = ["…"] if len(named) > MOST_COLUMNS else []
    return f"{words}: {', '.join([*named[:MOST_COLUMNS], *more])}"


def noun(label: str, n: int = 1) -> str:
    """What rows of a model are called, one or several; its label where it is gone."""
    try:
        meta = model_called(label)._meta
    except LookupError:
        return label
    return str(meta.verbose_name if n == 1 else meta.verbose_name_plural)


def column_name(label: str, column: str) -> str:
    """What a column is called on pages."""
    field = field_of(label, column)
    return str(getattr(field, "verbose_name", column)) if field else column


def field_of(label: str, column: str) -> models.Field[Any, Any] | None:
    """The field behind a column of the journal, None where there is none any more."""
    try:
        fields = model_called(label)._meta.concrete_fields
    except LookupError:
        return None
    return next((field for field in fields if field.attname == column), None)


def reason(text: str) -> str:
    """Why a row was left, in the reader's language."""
    return _(text)
