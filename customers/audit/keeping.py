"""How long the audit is kept, and what of it an erasure reaches. Both leave the chain whole."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from customers.audit.chain import mark_of, subject_digest
from customers.audit.recording import Action, Via, record_access
from customers.models import AuditEntry


@transaction.atomic
def age_out(now: dt.datetime | None = None) -> int:
    """Remove the oldest part of the chain, as far as all of it is past AUDIT_KEEP_DAYS; how many
    entries. The act is an entry itself, and tells the verification where the chain begins.
    """
    until = (now or timezone.now()) - dt.timedelta(days=settings.AUDIT_KEEP_DAYS)
    chain = AuditEntry.objects.sealed()
    first_kept = chain.filter(happened_at__gte=until).first() or chain.last()
    last = chain.filter(sequence__lt=first_kept.sequence).last() if first_kept else None
    if last is None or last.sequence is None:
        return 0
    record_access(
        Action.AGED_OUT,
        via=Via.WORKER,
        kind="auditentry",
        fields=last.hash,
        route=mark_of(last.sequence, last.hash),
        ledger="auditentry",
        ledger_pk=last.sequence,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_audit_age_out(%s)", [last.sequence])
        return int(cursor.fetchone()[0])


@transaction.atomic
def erase_subject(kind: str, pk: int) -> int:
    """Put a pseudonym in the place of an erased record; in how many entries. The chain was made
    over the pseudonym from the start, so it stands.
    """
    pseudonym = subject_digest(kind, pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_audit_erase(%s, %s, %s)", [kind, pk, pseudonym])
        count = int(cursor.fetchone()[0])
    record_access(Action.ERASED, via=Via.WORKER, kind=kind, pks=[pseudonym], row_count=count)
    return count
