"""Undoing what the journal keeps, row by row, the latest change first.

A row is put back only where it still is as the act left it: what somebody changed since is
theirs, and is named as left. Each change (a thousand rows at most) is undone in a transaction
of its own and marked, so that a worker that dies goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from customers.journal.columns import (
    Columns,
    columns_of,
    kept_fields,
    model_called,
    set_columns,
)
from customers.locks import held
from customers.models.automation import AutomaticLabel
from customers.models.base import ExternalRecord
from customers.models.journal import JournalChange, JournalEntry
from customers.signals import rows_updated

logger = logging.getLogger(__name__)

LOCK_SPACE = 7311

CHANGED = gettext_noop("changed since")
GONE = gettext_noop("deleted since")
REFERRED_TO = gettext_noop("other records refer to it")
TARGET_GONE = gettext_noop("what it belonged to is gone")
STANDS = gettext_noop("there is such a row again")

Left = list[tuple[int, str]]


def undo(pk: int) -> bool:
    """Undo an entry that somebody asked to be undone, as far as it was not yet; False when
    there is none such or another process is at it.
    """
    with held(LOCK_SPACE, pk) as is_mine:
        entry = JournalEntry.objects.to_undo().filter(pk=pk).first() if is_mine else None
        if entry is None:
            return False
        stands: dict[str, Any] = {"undone_at": timezone.now(), "undo_error": ""}
        try:
            for change_pk in _still_to_undo(entry):
                _undo_change(entry, change_pk)
        except (DatabaseError, LookupError) as error:
            # Such as a row that is to lead to one that is gone: told, and can be asked again.
            logger.exception("journal entry %s could not be undone", pk)
            stands = {"undo_requested_at": None, "undo_error": str(error)}
        JournalEntry.objects.filter(pk=pk).update(**stands)
        return True


def undo_all_asked() -> int:
    """Undo whatever was asked for, oldest first; how many entries that were."""
    waiting = JournalEntry.objects.to_undo().order_by("undo_requested_at", "pk")
    return sum(undo(pk) for pk in list(waiting.values_list("pk", flat=True)))


def _still_to_undo(entry: JournalEntry) -> list[int]:
    changes = entry.changes.filter(undone_at__isnull=True)
    return list(changes.order_by("-pk").values_list("pk", flat=True))


def _undo_change(entry: JournalEntry, pk: int) -> None:
    with transaction.atomic():
        change = JournalChange.objects.select_for_update().get(pk=pk)
        model = model_called(change.model)
        made = [(key, after) for key, before, after in change.rows() if before is None]
        deleted = [(key, before) for key, before, after in change.rows() if after is None]
        edited = [row for row in change.rows() if row[1] is not None and row[2] is not None]
        with _followed(model, change.pks):
            left = _remove(model, made) + _bring_back(model, deleted) + _put_back(model, edited)
        touched = set(change.pks) - {key for key, _reason in left}
        if touched and hasattr(model, "put_back"):
            model.put_back(sorted(touched))
        if entry.kind == JournalEntry.Kind.LABELLED:
            AutomaticLabel.objects.follow(model, touched, by=entry.undone_by)
        if touched:
            rows_updated.send(sender=model, pks=sorted(touched))
        change.undone_at = timezone.now()
        change.save(update_fields=["undone_at"])
        _count(entry, change, left)


def _followed(model: type[models.Model], pks: Sequence[int]) -> AbstractContextManager[Any]:
    """What other records say of these in sum follows them, as the model's `undoing` has it."""
    undoing = getattr(model, "undoing", None)
    return undoing(pks) if undoing else nullcontext()


def _count(entry: JournalEntry, change: JournalChange, left: Left) -> None:
    entry.undone_count += len(change.pks) - len(left)
    entry.left_count += len(left)
    told = [{"model": change.model, "pk": key, "reason": reason} for key, reason in left]
    entry.left = [*entry.left, *told][: JournalEntry.MOST_LEFT]
    entry.save(update_fields=["undone_count", "left_count", "left"])


def _put_back(model: type[models.Model], rows: Sequence[Any]) -> Left:
    """Give edited rows the columns that they had."""
    found = {
        row.pk: row
        for row in model._base_manager.select_for_update().filter(pk__in=[pk for pk, *_ in rows])
    }
    lost = _leading_nowhere(model, [(pk, before) for pk, before, _after in rows])
    left, by_names = Left(), dict[tuple[str, ...], list[models.Model]]()
    for pk, before, after in rows:
        if (row := found.get(pk)) is None:
            left.append((pk, GONE))
        elif pk in lost:
            left.append((pk, TARGET_GONE))
        elif columns_of(row, kept_fields(model, after)) != _known(model, after):
            left.append((pk, CHANGED))
        else:
            set_columns(row, before)
            by_names.setdefault(tuple(_known(model, before)), []).append(row)
    for names, own in by_names.items():
        if names:
            model._base_manager.bulk_update(own, _field_names(model, names))
    return left


def _remove(model: type[models.Model], rows: Sequence[tuple[int, Columns | None]]) -> Left:
    """Delete rows that the act made and nobody has changed or referred to since."""
    keys = [pk for pk, _after in rows]
    found = {row.pk: row for row in model._base_manager.select_for_update().filter(pk__in=keys)}
    referred_to = _referred_to(model, keys)
    left, going = Left(), list[int]()
    for pk, after in rows:
        if (row := found.get(pk)) is None:
            continue  # already as it was before
        if after and columns_of(row, kept_fields(model, after)) != _known(model, after):
            left.append((pk, CHANGED))
        elif pk in referred_to:
            left.append((pk, REFERRED_TO))
        else:
            going.append(pk)
    if going:
        model._base_manager.filter(pk__in=going).delete()
    return left


def _referred_to(model: type[models.Model], keys: Sequence[int]) -> set[int]:
    """Those that other systems' records, or ours, refer to; not what goes with them."""
    named = getattr(model, "still_named", None)
    found: set[int] = named(keys) if named else set()
    for relation in model._meta.related_objects:
        is_record = issubclass(relation.related_model, ExternalRecord)
        if not is_record or relation.on_delete is models.CASCADE or not keys:
            continue
        name = relation.field.attname
        refer = relation.related_model._base_manager.filter(**{f"{name}__in": keys})
        found.update(refer.order_by().values_list(name, flat=True).distinct())
    return found


def _bring_back(model: type[models.Model], rows: Sequence[tuple[int, Columns | None]]) -> Left:
    """Insert deleted rows again, with their old keys."""
    keys = [pk for pk, _before in rows]
    why = dict.fromkeys(_leading_nowhere(model, rows), TARGET_GONE)
    stand = model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
    why |= dict.fromkeys(stand, STANDS)
    for pk, before in rows:
        if pk not in why and before is not None:
            row = model(pk=pk)
            set_columns(row, before)
            row.save_base(raw=True, force_insert=True)
    return [(pk, why[pk]) for pk in keys if pk in why]


def _leading_nowhere(
    model: type[models.Model], rows: Sequence[tuple[int, Columns | None]]
) -> set[int]:
    """Those of which a column would lead to a row that is gone."""
    found: set[int] = set()
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        leads = {
            pk: before[field.attname] for pk, before in rows if before and field.attname in before
        }
        wanted = {target for target in leads.values() if target is not None}
        if wanted:
            targets = field.related_model._base_manager.filter(
                **{f"{field.target_field.name}__in": wanted}
            )
            stand = set(targets.values_list(field.target_field.name, flat=True))
            found.update(pk for pk, target in leads.items() if target in wanted - stand)
    return found


def _known(model: type[models.Model], columns: Columns) -> Columns:
    """The columns that the model still has."""
    names = {field.attname for field in kept_fields(model)}
    return {name: value for name, value in columns.items() if name in names}


def _field_names(model: type[models.Model], names: Sequence[str]) -> list[str]:
    return [field.name for field in kept_fields(model, names) if not field.primary_key]
