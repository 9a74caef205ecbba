"""What keeps erased people from coming back: keyed hashes, in the database and in a file.

The file outlives a restore of the database: `replay` puts back the tombstones that a backup did
not know of, and has whoever came back with it erased again, before anything is served.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from customers.models import (
    ContactPoint,
    Customer,
    ErasedPerson,
    ErasureRequest,
    MergedKey,
    Tombstone,
    User,
)
from customers.privacy.person import Person
from customers.privacy.seal import email_digest, is_genuine, key_digest, phone_digest, signed

CHUNK = 5_000
LIFTED = "lifted"


def digests_of(
    keys: Iterable[tuple[str, str]], emails: Iterable[str], phones: Iterable[str]
) -> dict[str, str]:
    """The keyed hashes of what somebody is known by, with their kinds."""
    found = {key_digest(*key): Tombstone.Kind.KEY.value for key in keys}
    found |= {email_digest(one): Tombstone.Kind.EMAIL.value for one in emails}
    found |= {phone_digest(one): Tombstone.Kind.PHONE.value for one in phones}
    found.pop("", None)
    return found


def set_tombstones(person: Person, erasure: UUID) -> int:
    """Write down what the person was known by, in the file first: it must be there whatever
    becomes of the database. What another customer is known by, too, is left out.
    """
    emails = [one for one in person.emails
              if not Customer.objects.with_email(one).exclude(pk=person.pk).exists()]  # fmt: skip
    phones = [one for one in person.phones
              if not Customer.objects.with_phone(one).exclude(pk=person.pk).exists()]  # fmt: skip
    digests = digests_of(person.source_keys, emails, phones)
    now = timezone.now()
    _append({"erasure": str(erasure), "erased_at": now.isoformat(), "digests": digests})
    _insert(digests, erasure, now)
    return len(digests)


def _insert(digests: dict[str, str], erasure: UUID, at: Any) -> None:
    rows = [Tombstone(digest=digest, kind=kind, erasure=erasure, erased_at=at)
            for digest, kind in digests.items()]  # fmt: skip
    Tombstone.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["digest"],
        update_fields=["erasure", "erased_at", "lifted_at", "lifted_by", "lifted_for"],
    )


def is_erased(keys: Iterable[tuple[str, str]] = (), *, email: str = "", phone: str = "") -> bool:
    """Whether somebody known so was erased and gave no new consent."""
    wanted = digests_of(keys, [email], [phone])
    return bool(wanted) and Tombstone.objects.standing().filter(digest__in=wanted).exists()


def refuse_erased(source: str, external_id: str, email: str, phone: str) -> None:
    """Raises ErasedPerson for somebody who was erased and gave no new consent."""
    if is_erased([(source, external_id)], email=email, phone=phone):
        raise ErasedPerson


def lift(digests: Iterable[str], wording: str, *, by: User | None) -> int:
    """A new consent: the person may be stored again. How many tombstones that lifts."""
    with transaction.atomic():
        rows = Tombstone.objects.standing().filter(digest__in=list(digests)).select_for_update()
        erasures = {row.erasure for row in rows}
        standing = Tombstone.objects.standing().filter(erasure__in=erasures)
        gone = list(standing.values_list("digest", flat=True))
        now = timezone.now()
        if gone:
            _append({LIFTED: gone, "at": now.isoformat()})
        return standing.update(lifted_at=now, lifted_by=by, lifted_for=wording[:500])


def replay() -> list[UUID]:
    """Bring the database in line with the file; the erasures that this asked for."""
    standing: dict[str, tuple[str, UUID, Any]] = {}
    for line in _lines():
        for digest in line.get(LIFTED, []):
            standing.pop(digest, None)
        for digest, kind in line.get("digests", {}).items():
            at = parse_datetime(line["erased_at"])
            standing[digest] = (kind, UUID(line["erasure"]), at)
    known = set(
        Tombstone.objects.standing().filter(digest__in=standing).values_list("digest", flat=True)
    )
    missing = {digest: told for digest, told in standing.items() if digest not in known}
    for digest, (kind, erasure, at) in missing.items():
        _insert({digest: kind}, erasure, at)
    return _erase_again(set(missing)) if missing else []


def _erase_again(missing: set[str]) -> list[UUID]:
    """Ask for the erasure of all customers whom these tombstones mean."""
    asked = []
    for pk in sorted(set(_meant_by(missing))):
        customer = Customer.objects.defer("search").get(pk=pk)
        asked.append(
            ErasureRequest.objects.unfinished()
            .get_or_create(customer=customer, defaults={"reason": ErasureRequest.Reason.REPLAYED})[
                0
            ]
            .number
        )
    return asked


def _meant_by(digests: set[str]) -> Iterator[int]:
    columns = ("pk", "source", "external_id", "email", "phone")
    for pk, source, external_id, email, phone in Customer.objects.values_list(*columns).iterator(
        CHUNK
    ):
        if digests & {key_digest(source, external_id), email_digest(email), phone_digest(phone)}:
            yield pk
    points = ContactPoint.objects.values_list("customer", "kind", "value")
    for pk, kind, value in points.iterator(CHUNK):
        if (email_digest if kind == ContactPoint.Kind.EMAIL else phone_digest)(value) in digests:
            yield pk
    for pk, source, external_id in MergedKey.objects.values_list(
        "customer", "source", "external_id"
    ).iterator(CHUNK):
        if key_digest(source, external_id) in digests:
            yield pk


def _append(content: dict[str, Any]) -> None:
    """One signed line more, on the disk before this returns."""
    path = Path(settings.TOMBSTONES_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = "\n" + json.dumps(signed(content)) + "\n"  # after what a crash may have cut off
    with os.fdopen(os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _lines() -> Iterator[dict[str, Any]]:
    """The genuine lines of the file; one that was cut off by a crash is passed over."""
    path = Path(settings.TOMBSTONES_FILE)
    if not path.exists():
        return
    with path.open() as file:
        for line in file:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if is_genuine(told):
                yield told
