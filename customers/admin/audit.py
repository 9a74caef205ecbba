"""The audit, and backups; both written by the machine."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import AuditEntry, AuditHead, Backup, QueueBeat


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who saw, changed, exported and asked."""

    list_display = ("happened_at", "actor_name", "action", "kind", "row_count", "via", "route")
    list_filter = ("action", "via")
    date_hierarchy = "happened_at"


@admin.register(AuditHead)
class AuditHeadAdmin(ReadOnlyAdmin):
    """How far the chain reaches."""

    list_display = ("sequence", "hash", "sealed_at")


@admin.register(Backup)
class BackupAdmin(ReadOnlyAdmin):
    """Backups, and whether they were read back."""

    list_display = ("started_at", "finished_at", "verified_at", "row_count", "size_bytes", "error")


@admin.register(QueueBeat)
class QueueBeatAdmin(ReadOnlyAdmin):
    """When workers of each queue were last alive."""

    list_display = ("queue", "beaten_at")
