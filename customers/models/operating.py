"""What operating leaves behind: backups, and when each queue was last served."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class BackupQuerySet(RecordQuerySet):
    """Many backups at once."""

    def last_verified_at(self) -> datetime | None:
        """When a backup was last read back and found whole; None: never."""
        return self.aggregate(at=models.Max("verified_at"))["at"]


class Backup(models.Model):
    """One backup: where it lies, how much it holds, whether it was read back, or why it failed.

    `sha256` is of its manifest, which names each file with its own sum.
    """

    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    folder = models.CharField(_("folder"), max_length=500)
    row_count = models.BigIntegerField(_("rows"), default=0)
    size_bytes = models.BigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(_("SHA-256 of the manifest"), max_length=64, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        ordering: ClassVar = ["-started_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-started_at", "-id"], name="backup_by_started"),
            # the last one that is known to be whole
            models.Index(fields=["-verified_at"], name="backup_by_verified"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class QueueBeatQuerySet(RecordQuerySet):
    """Many queues at once."""

    def note(self, queue: str) -> None:
        """A worker of this queue is alive now."""
        self.update_or_create(queue=queue, defaults={"beaten_at": timezone.now()})


class QueueBeat(models.Model):
    """When a worker of a queue last did what the clock asked of it."""

    queue = models.CharField(_("queue"), max_length=20, unique=True)
    beaten_at = models.DateTimeField(_("last beat"), default=timezone.now)

    objects = QueueBeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("beat of a queue")
        verbose_name_plural = _("beats of queues")
        ordering: ClassVar = ["queue"]

    def __str__(self) -> str:
        return self.queue
