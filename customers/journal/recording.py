"""Writing the journal: an act is done inside `recorded`, which keeps what it changed.

    with recorded(JournalEntry.Kind.BULK_EDITED, by=user) as journal:
        with journal.watching(chosen, "country"):
            chosen.update(country="France")

All of it is one transaction: no act without its entry, no entry without its act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from customers.audit.changes import note_changes
from customers.journal.columns import Columns, columns_of, kept_fields
from customers.models.journal import JournalChange, JournalEntry

if TYPE_CHECKING:
    from customers.models.user import User

CHUNK = 1000  # rows of one change

Row = tuple[int, Columns | None, Columns | None]


class Journal:
    """What one act did so far; given by `recorded`."""

    def __init__(self, entry: JournalEntry) -> None:
        self.entry = entry
        self.touched: dict[str, list[int]] = {}

    @contextmanager
    def watching(self, rows: models.QuerySet[Any], *names: str) -> Iterator[list[int]]:
        """Keep how these columns (none named: all) of these rows change in the block. Rows are
        those that the queryset gives at the start; their keys are given.
        """
        model, fields = rows.model, kept_fields(rows.model, names)
        before = _columns_by_key(rows, fields)
        yield sorted(before)
        after = _columns_by_key(model._base_manager.filter(pk__in=before), fields)
        self.keep(
            model,
            [
                (pk, *_differing(columns, after[pk]))
                for pk, columns in sorted(before.items())
                if pk in after and after[pk] != columns
            ],
        )

    def made(self, rows: models.QuerySet[Any]) -> None:
        """Keep that these rows are new."""
        stamp = kept_fields(rows.model, ["updated_at"]) if _is_stamped(rows.model) else []
        made = _columns_by_key(rows, stamp)
        self.keep(rows.model, [(pk, None, columns) for pk, columns in sorted(made.items())])

    def delete(self, rows: models.QuerySet[Any]) -> None:
        """Delete these rows and keep them whole. What refers to them must have been moved
        elsewhere before: rows that go with them are not kept.
        """
        gone = _columns_by_key(rows, kept_fields(rows.model))
        self.keep(rows.model, [(pk, columns, None) for pk, columns in sorted(gone.items())])
        rows.model._base_manager.filter(pk__in=gone).delete()

    def keep(self, model: type[models.Model], rows: Sequence[Row]) -> None:
        """Write down changes that the caller has made: key, columns before and after."""
        JournalChange.objects.bulk_create(
            JournalChange(
                entry=self.entry,
                model=model._meta.label_lower,
                pks=[pk for pk, _before, _after in chunk],
                before=[before for _pk, before, _after in chunk],
                after=[after for _pk, _before, after in chunk],
            )
            for chunk in (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
        )
        self.entry.row_count += len(rows)
        kept = self.touched.setdefault(str(model._meta.model_name), [])
        kept.extend(pk for pk, _before, _after in rows)


def saved(row: models.Model, names: Sequence[str] = (), *, by: User | None) -> JournalEntry:
    """Save a row that a form or a verb changed, with its entry; a new row whole, of one that
    is there these columns. The entry is not stored where nothing changed.
    """
    rows = type(row)._base_manager
    with recorded(JournalEntry.Kind.EDITED, by=by) as journal:
        if row._state.adding:
            row.save()
            journal.made(rows.filter(pk=row.pk))
        else:
            stamp = ["updated_at"] if _is_stamped(type(row)) else []
            with journal.watching(rows.filter(pk=row.pk), *names):
                row.save(update_fields=[*names, *stamp])
    return journal.entry


@contextmanager
def continued(entry: JournalEntry) -> Iterator[Journal]:
    """A further part of an act that is done in several transactions, such as an edit of a
    million rows, with its share of the journal.
    """
    with transaction.atomic():
        journal = Journal(entry)
        yield journal
        journal.entry.save(update_fields=["row_count"])
        note_changes(journal.entry, journal.touched)


@contextmanager
def recorded(kind: str, *, by: User | None, note: str = "") -> Iterator[Journal]:
    """An act, in a transaction, with its journal; an act that changed nothing leaves none."""
    with transaction.atomic():
        journal = Journal(JournalEntry.objects.create(kind=kind, by=by, note=note))
        yield journal
        if journal.entry.row_count:
            journal.entry.save(update_fields=["row_count"])
            note_changes(journal.entry, journal.touched)
        else:
            journal.entry.delete()


def _columns_by_key(
    rows: models.QuerySet[Any], fields: Sequence[models.Field[Any, Any]]
) -> dict[int, Columns]:
    names = [field.attname for field in fields]
    chosen = rows.order_by().select_related(None).only("pk", *names)
    return {row.pk: columns_of(row, fields) for row in chosen.iterator(CHUNK)}


def _differing(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def _is_stamped(model: type[models.Model]) -> bool:
    return any(field.name == "updated_at" for field in model._meta.concrete_fields)
