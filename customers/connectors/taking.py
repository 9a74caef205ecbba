"""Reading what shops told into the records: in one transaction with the note of its version.

Older data never overwrites newer, in whatever order webhooks come; what belongs to something that
is not here yet waits. An attempt is counted before it is made, so that a webhook that kills its
worker is set aside after a few.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.connectors.applying import apply
from customers.connectors.systems import SYSTEMS
from customers.connectors.told import Change, NotYetError, ShapeError
from customers.imports.errors import RowError
from customers.models import Connector, InboundWebhook, JournalEntry, SourceVersion

# After so many seconds it is read again, then given up.
PATIENCE = (10, 60, 300, 1800, 7200, 21_600)
LEASE = timedelta(minutes=2)
Status = InboundWebhook.Status
BROKEN = (RowError, ShapeError, DataError, IntegrityError, ArithmeticError, ValueError, TypeError)


def take_due(most: int = 500) -> int:
    """Read what is due, the oldest first; how many."""
    pks = list(InboundWebhook.objects.due().values_list("pk", flat=True)[:most])
    return sum(take(pk) for pk in pks)


def take(pk: int) -> bool:
    """Read one; False where another worker has it, or it is not due."""
    due = InboundWebhook.objects.due().filter(pk=pk).order_by()
    later = timezone.now() + LEASE
    if not due.update(attempts=F("attempts") + 1, due_at=later):
        return False
    webhook = InboundWebhook.objects.select_related("connector").get(pk=pk)
    if webhook.attempts > len(PATIENCE) + 1:
        _settle(webhook, Status.FAILED, webhook.error or _("It ended the worker that read it."))
        return True
    try:
        with transaction.atomic():
            _settle(webhook, _taken(webhook))
    except (NotYetError, OperationalError) as error:
        _try_later(webhook, str(error))
    except BROKEN as error:
        _settle(webhook, Status.FAILED, _reason(error))
    return True


def forget_old() -> int:
    """Delete what was read long ago, with the personal data in it; how many."""
    before = timezone.now() - timedelta(days=settings.WEBHOOK_KEPT_DAYS)
    old = InboundWebhook.objects.filter(received_at__lt=before).exclude(status=Status.STORED)
    return old.delete()[0]


def _taken(webhook: InboundWebhook) -> str:
    connector = webhook.connector
    change = SYSTEMS[Connector.Kind(connector.kind)].change_of(webhook.topic, _told(webhook))
    if change is None:
        return Status.IGNORED
    version = {change.external_id: _version(webhook, change)}
    newer = SourceVersion.objects.advance(
        change.kind, connector.source, version, deleted=change.is_deleted
    )
    if not newer:
        return Status.OUTDATED
    note = f"{connector}: {webhook.topic}"[:300]
    entry = JournalEntry.objects.create(kind=JournalEntry.Kind.IMPORTED, note=note)
    apply(change, connector.source, entry)
    if entry.row_count:
        entry.save(update_fields=["row_count"])
        webhook.entry = entry
    else:
        entry.delete()
    return Status.TAKEN


def _version(webhook: InboundWebhook, change: Change) -> datetime:
    """The shop's own time of the change; of a deletion, which tells none, when it was sent."""
    return change.version_at or webhook.triggered_at or webhook.received_at


def _told(webhook: InboundWebhook) -> Mapping[str, Any]:
    try:
        told = json.loads(bytes(webhook.body))
    except (ValueError, RecursionError) as error:
        raise ShapeError(_("The body is no JSON.")) from error
    if not isinstance(told, dict):
        raise ShapeError(_("The body is no JSON object."))
    return told


def _try_later(webhook: InboundWebhook, why: str) -> None:
    if webhook.attempts > len(PATIENCE):
        _settle(webhook, Status.FAILED, why)
        return
    at = timezone.now() + timedelta(seconds=PATIENCE[webhook.attempts - 1])
    InboundWebhook.objects.filter(pk=webhook.pk).update(due_at=at, error=why[:500])


def _settle(webhook: InboundWebhook, status: str, error: str = "") -> None:
    rows = InboundWebhook.objects.filter(pk=webhook.pk)
    rows.update(status=status, error=error[:500], entry=webhook.entry)


def _reason(error: Exception) -> str:
    if isinstance(error, RowError):
        return f"{error.column}: {error.reason}"
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
