"""No backup was verified for more than a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from customers.models import Alarm, Backup, User
from customers.models.alarm import Finding

MOST_HOURS = 26


def find(_now: datetime) -> Iterator[Finding]:
    """That backups are missing, by the clock on the wall; a shop is given its first day. Nothing
    where backups are made by other means (BACKUP_HOUR=-1).
    """
    if settings.BACKUP_HOUR < 0:
        return
    last = Backup.objects.last_verified_at()
    since = last or User.objects.aggregate(at=Min("date_joined"))["at"]
    if since is None or timezone.now() - since <= timedelta(hours=MOST_HOURS):
        return
    failed = Backup.objects.exclude(error="").filter(started_at__gt=since).first()
    yield Finding(
        key=f"backup:{since:%Y%m%d%H%M%S}",
        name=f"{since:%Y-%m-%d %H:%M}",
        evidence={"reason": failed.error if failed else ""},
        rows_of=Alarm.RowsOf.CUSTOMERS,
        rows=(),
        severity=Alarm.Severity.URGENT,
    )
