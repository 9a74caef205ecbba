"""Files forget persons: those of their own rows, and of imports that brought them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from customers.models import Import
from customers.privacy.data_map import RECORDS
from customers.privacy.person import Person

PLAIN_TEXT = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson"})


class Waiting(Exception):
    """Something is under way that holds the person's data; it is tried again soon."""


def forget_own_files(person: Person) -> int:
    """Delete the files that the person's rows name; one that is gone already is no error."""
    deleted = 0
    for record in RECORDS.values():
        for name in record.files():
            for path in record.of(person).exclude(**{name: ""}).values_list(name, flat=True):
                deleted += delete_file(path)
    return deleted


def delete_file(path: str) -> int:
    """Delete a stored file; 1, or 0 where it is gone already."""
    if not path or not default_storage.exists(path):
        return 0
    default_storage.delete(path)
    return 1


def forget_import_files(person: Person) -> int:
    """Imports keep what they counted. The file of one that is done goes, for it was taken in;
    of one that stopped halfway it goes when the person stands in it, or may (workbooks).
    Raises Waiting while one is under way that holds the person, or may.
    """
    if person.customer is None:
        return 0
    for job in Import.objects.for_workers():
        if job.file and _may_hold(Path(job.file.path), person):
            raise Waiting(_("An import is under way that may hold this person."))
    changed = 0
    for job in Import.objects.all():
        fresh: dict[str, Any] = {
            name: now
            for name in ("sample", "check_result", "error", "file_name")
            if (now := person.needles.cleaned(getattr(job, name))) != getattr(job, name)
        }
        if fresh.get("sample"):
            fresh["sample"] = []
        if job.file and (
            job.status == Import.Status.DONE or _may_hold(Path(job.file.path), person)
        ):
            delete_file(str(job.file.name))
            fresh["file"] = ""
        if fresh:
            changed += Import.objects.filter(pk=job.pk).update(**fresh)
    return changed + _forget_rejects(person)


def _forget_rejects(person: Person) -> int:
    """Files of refused rows, which commands leave, go when the person stands in them."""
    deleted = 0
    for path in sorted(Path(settings.REJECTS_DIR).glob("*")):
        if path.is_file() and _may_hold(path, person):
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _may_hold(path: Path, person: Person) -> bool:
    if not path.is_file():
        return False
    if path.suffix.lower() not in PLAIN_TEXT:
        return True
    with path.open(encoding="utf-8", errors="replace") as lines:
        return any(person.needles.stands_in(line) for line in lines)
