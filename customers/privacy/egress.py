"""The egress ledger: to whom a person's texts went, and taking the person out of it."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from customers.models import EgressRecord
from customers.privacy.person import ERASED, Person

SHOWN = ("sent_at", "host", "purpose", "generator_name", "fields", "body", "bytes_out", "outcome")


def forget_egress(person: Person) -> int:
    """What left for somebody outside stays entered: when, whereto, how much. The text goes, and
    the link to the person; the ledger lets an erasure alone do that.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL rapport.erasing = 'on'")
        rows = EgressRecord.objects.filter(customer=person.pk)
        changed = rows.update(body=ERASED, customer=None, detail="")
        cursor.execute("SET LOCAL rapport.erasing = 'off'")
    return changed


def shown_egress(person: Person) -> list[dict[str, Any]]:
    """Who received texts of the person, and which."""
    rows = EgressRecord.objects.filter(customer=person.pk).order_by("sent_at", "pk")
    return list(rows.values(*SHOWN))
