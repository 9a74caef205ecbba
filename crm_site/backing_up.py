"""Backups as the shop knows them: a row each, so that health and alarms see what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm_site.services import backups
from crm_site.services.errors import ServiceError
from customers.locks import held
from customers.models import Backup

BACKUP_LOCK = 7_310_112


def server() -> backups.Server:
    """The shop's database."""
    return backups.Server.of(connection.get_connection_params())


def make_backup(folder: Path | None = None, *, verified: bool = True) -> Backup | None:
    """Back up, read the backup back, and remove old ones; the row. None when another process is
    at it. Raises ServiceError, which the row keeps as well.
    """
    with held(BACKUP_LOCK, 0) as mine:
        if not mine:
            return None
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        place = folder or settings.BACKUP_DIR / stamp
        row = Backup.objects.create(folder=str(place))
        try:
            _write(row, place, verified=verified)
        except ServiceError as error:
            row.error = str(error)
            row.save(update_fields=["error"])
            raise
        if folder is None:
            backups.remove_old(settings.BACKUP_DIR, settings.BACKUP_KEEP)
        return row


def _write(row: Backup, place: Path, *, verified: bool) -> None:
    manifest = backups.back_up(server(), settings.MEDIA_ROOT, place)
    row.row_count = sum(int(count) for count, _sum in manifest["tables"].values())
    row.size_bytes = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    row.sha256 = backups.sha256_of(place / backups.MANIFEST)
    row.finished_at = timezone.now()
    if verified:
        backups.verify(server(), place)
        row.verified_at = timezone.now()
    row.save()
