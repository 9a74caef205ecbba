"""The journal forgets persons: their rows leave the lists of what acts did."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from customers.models import JournalChange, JournalEntry
from customers.privacy.person import ERASED, Person

CHUNK = 5_000


def forget_in_journal(person: Person) -> int:
    """Take the person's rows out of every change; changes with no row left go. Nothing of them
    can be undone any more, and nothing brings them back.
    """
    changed = 0
    for label, keys in person.keys.items():
        for start in range(0, len(keys), CHUNK):
            changed += _forget(label.lower(), keys[start : start + CHUNK])
    return changed


def _forget(label: str, keys: list[int]) -> int:
    gone, changed = set(keys), 0
    found = JournalChange.objects.filter(model=label, pks__overlap=list(keys))
    for pk in list(found.values_list("pk", flat=True)):
        with transaction.atomic():
            change = JournalChange.objects.select_for_update().get(pk=pk)
            left = [row for row in change.rows() if row[0] not in gone]
            changed += len(change.pks) - len(left)
            if not left:
                change.delete()
                continue
            change.pks, change.before, change.after = (list(one) for one in zip(*left, strict=True))
            change.save(update_fields=["pks", "before", "after"])
    return changed


def forget_notes(person: Person) -> int:
    """The notes of acts may name whom they were about."""
    changed = 0
    names = person.needles
    if person.customer is None:
        return 0
    touched = JournalChange.objects.filter(
        model="customers.customer", pks__overlap=person.rows_of("customers.Customer") or [person.pk]
    ).values("entry")
    kinds = (JournalEntry.Kind.MERGED, JournalEntry.Kind.SPLIT)
    own = JournalEntry.objects.filter(pk__in=touched, kind__in=kinds).exclude(note=ERASED)
    changed += own.update(note=ERASED)
    for entry in JournalEntry.objects.exclude(note="").only("pk", "note", "undo_error").iterator():
        note, error = names.cleaned(entry.note), names.cleaned(entry.undo_error)
        if (note, error) != (entry.note, entry.undo_error):
            rows = JournalEntry.objects.filter(pk=entry.pk)
            changed += rows.update(note=note[:300], undo_error=error)
    for entry in JournalEntry.objects.exclude(left=[]).only("pk", "left"):
        left = [one for one in entry.left
                if one["pk"] not in person.keys.get(_label(one["model"]), [])]  # fmt: skip
        if left != entry.left:
            changed += JournalEntry.objects.filter(pk=entry.pk).update(left=left)
    return changed


def _label(lower: str) -> str:
    from django.apps import apps

    return apps.get_model(lower)._meta.label


def shown_changes(person: Person) -> list[dict[str, Any]]:
    """What was changed in the person's rows, and when."""
    told = []
    for label, keys in person.keys.items():
        for start in range(0, len(keys), CHUNK):
            own = set(keys[start : start + CHUNK])
            rows = JournalChange.objects.filter(model=label.lower(), pks__overlap=list(own))
            for change in rows.select_related("entry"):
                told += [
                    {"kind": change.model, "id": pk, "at": change.entry.happened_at,
                     "what": change.entry.get_kind_display(), "before": before, "after": after}
                    for pk, before, after in change.rows()
                    if pk in own
                ]  # fmt: skip
    return told
