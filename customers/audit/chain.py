"""The chain: sealing entries in order, and verifying what was sealed.

Each hash is an HMAC-SHA256 under AUDIT_KEY over the row and the hash before it, so whoever can
write to the database but has no key cannot make a chain that verifies. Keys of records come
into it as keyed digests: an erasure puts the digest (a negative number) in the place of the
key, and the chain stands.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from customers.locks import held_until_commit
from customers.models.audit import AuditEntry, AuditHead

SEAL_LOCK = 7_310_111
CHUNK = 2000
START = "0" * 64
SEAL_SQL = """
UPDATE customers_auditentry AS entry
SET sequence = sealed.sequence, previous_hash = sealed.previous_hash, hash = sealed.hash
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
     AS sealed(id, sequence, previous_hash, hash)
WHERE entry.id = sealed.id
"""


@dataclass(frozen=True)
class Verdict:
    """What verification found: `fault` is "" when the chain is whole, else altered, missing or
    added, with the place in the chain and the number of the first such row.
    """

    count: int
    head: str
    fault: str = ""
    sequence: int | None = None
    pk: int | None = None


def subject_digest(kind: str, pk: int) -> int:
    """What stands for a record once it is erased: a negative number that only the key yields."""
    if pk < 0:
        return pk
    digest = hmac.digest(_key(), f"subject {kind} {pk}".encode(), "sha256")
    return -1 - (int.from_bytes(digest[:8], "big") >> 1)


def hash_of(entry: AuditEntry, sequence: int, previous: str) -> str:
    """The seal of an entry at this place, after the hash `previous`."""
    said = [
        *(sequence, previous, entry.pk, entry.happened_at.timestamp(), entry.actor_id),
        *(entry.actor_name, entry.key_id, entry.via, entry.action, entry.kind, entry.row_count),
        *(entry.fields, entry.route, entry.ledger, entry.ledger_pk),
        [subject_digest(entry.kind, pk) for pk in entry.pks],
    ]
    return hmac.digest(_key(), json.dumps(said).encode(), "sha256").hex()


def seal() -> int:
    """Seal what waits; how many. One process at a time: another one's call seals nothing."""
    total = 0
    while count := _seal_chunk():
        total += count
        if count < CHUNK:
            break
    return total


@transaction.atomic
def _seal_chunk() -> int:
    if not held_until_commit(SEAL_LOCK):
        return 0
    head, _ = AuditHead.objects.get_or_create(pk=1)
    previous, sequence = head.hash or START, head.sequence
    rows: list[tuple[int, int, str, str]] = []
    for entry in AuditEntry.objects.unsealed()[:CHUNK]:
        sequence += 1
        own = hash_of(entry, sequence, previous)
        rows.append((entry.pk, sequence, previous, own))
        previous = own
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(SEAL_SQL, [list(column) for column in zip(*rows, strict=True)])
        AuditHead.objects.filter(pk=1).update(
            sequence=sequence, hash=previous, sealed_at=timezone.now()
        )
    return len(rows)


@transaction.atomic
def verify(expected: str = "") -> Verdict:
    """Walk the chain. `expected` is a head, SEQUENCE:HASH, that was noted elsewhere before: it
    must still be a part of the chain.
    """
    with connection.cursor() as cursor:
        # nothing is sealed meanwhile
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    head = AuditHead.objects.filter(pk=1).first() or AuditHead(pk=1)
    awaited = dict([_noted(expected)]) if expected else {}
    walk = _Walk(*_beginning())
    for entry in AuditEntry.objects.sealed().iterator(CHUNK):
        if fault := walk.fault_of(entry, head, awaited):
            return Verdict(walk.count, str(head), fault, *walk.place)
        walk.go_on(entry)
    if walk.sequence != head.sequence or walk.hash != (head.hash or START):
        return Verdict(walk.count, str(head), "missing", walk.sequence + 1, None)
    if any(sequence > head.sequence for sequence in awaited):
        return Verdict(walk.count, str(head), "missing", head.sequence + 1, None)
    return Verdict(walk.count, str(head))


class _Walk:
    """Where the verification is in the chain."""

    def __init__(self, sequence: int, own_hash: str) -> None:
        self.sequence, self.hash, self.count = sequence, own_hash, 0
        self.place: tuple[int | None, int | None] = (None, None)

    def fault_of(self, entry: AuditEntry, head: AuditHead, awaited: dict[int, str]) -> str:
        """What is wrong at this entry; "" when it follows from the one before."""
        sequence = entry.sequence or 0
        self.place = (sequence, entry.pk)
        if sequence > head.sequence:
            return "added"
        if sequence != self.sequence + 1:
            self.place = (self.sequence + 1, None)
            return "missing"
        own = hash_of(entry, sequence, self.hash)
        noted = awaited.get(sequence, entry.hash)
        is_whole = entry.previous_hash == self.hash and entry.hash == own == noted
        return "" if is_whole else "altered"

    def go_on(self, entry: AuditEntry) -> None:
        """The entry holds; the next one follows it."""
        self.sequence, self.hash, self.count = entry.sequence or 0, entry.hash, self.count + 1


def mark_of(sequence: int, own_hash: str) -> str:
    """What proves that our retention, and nobody else, removed the chain up to this place."""
    return hmac.digest(_key(), f"aged out {sequence} {own_hash}".encode(), "sha256").hex()


def _beginning() -> tuple[int, str]:
    """Where the chain begins: with nothing, or after what retention removed, as the entry of
    that act says, which only the key can write.
    """
    removed = AuditEntry.objects.filter(action=AuditEntry.Action.AGED_OUT).order_by("-ledger_pk")
    for entry in removed:
        place = entry.ledger_pk or 0
        if hmac.compare_digest(entry.route, mark_of(place, entry.fields)):
            return place, entry.fields
    return 0, START


def _noted(head: str) -> tuple[int, str]:
    sequence, _, own_hash = head.partition(":")
    if not sequence.isdigit() or len(own_hash) != len(START):
        raise ValueError("A head is written SEQUENCE:HASH, as verify_audit prints it.")
    return int(sequence), own_hash


def _key() -> bytes:
    return settings.AUDIT_KEY.encode()
