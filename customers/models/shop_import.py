"""Imports: a file that a worker looks into, checks and takes in, with its outcome."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.journal import JournalEntry


class ImportQuerySet(RecordQuerySet):
    """Many imports at once."""

    def for_workers(self) -> Self:
        """Those that a worker has to do something about."""
        return self.filter(status__in=Import.BUSY)


class Import(models.Model):
    """One file that comes in; counts are of its data rows.

    A worker looks into it (`dialect`, `columns`, `sample`, and the `format` and `mapping` that it
    proposes), checks it when asked (`check`: what would become of its rows, with examples) and
    takes it in, a chunk at a time: counts, refused rows and journal of a chunk are kept in the
    transaction of its records. `read` is therefore where a worker goes on when one before it
    died; `tries` counts those that came no further. `mapping` leads from what the format reads
    to columns of the file; empty where the file names them as the format does.
    """

    REACHED: ClassVar = Reached(people=("created_by",))

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("being looked into")
        READY = "ready", _("to be confirmed")
        CHECKING = "checking", _("being checked")
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    BUSY = (Status.UPLOADED, Status.CHECKING, Status.QUEUED, Status.RUNNING)
    FINISHED = (Status.DONE, Status.FAILED, Status.CANCELLED)
    MOST_TRIES = 5

    SOURCE_PATH: ClassVar = "source"

    format = models.CharField(_("format"), max_length=40, blank=True)
    source = models.SlugField(_("source"), max_length=40, blank=True)
    file = models.FileField(_("file"), upload_to="imports/", blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.UPLOADED
    )
    dialect = models.JSONField(_("how it is written"), default=dict, editable=False)
    columns = models.JSONField(_("columns"), default=list, editable=False)
    sample = models.JSONField(_("first rows"), default=list, editable=False)
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    match_by = models.CharField(_("find records by"), max_length=20, blank=True)
    clears_empty = models.BooleanField(
        _("empty cells clear what is there"),
        default=False,
        help_text=_("Otherwise an empty cell leaves the record as it is."),
    )
    check_result = models.JSONField(_("check"), default=dict, editable=False)
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    entry = models.OneToOneField(
        JournalEntry,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="shop_import",
        verbose_name=_("journal entry"),
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, editable=False)
    cancel_requested_at = models.DateTimeField(_("cancel asked for"), null=True, editable=False)
    rows_total = models.PositiveIntegerField(_("rows"), null=True, editable=False)
    read = models.PositiveIntegerField(_("read"), default=0, editable=False)
    created = models.PositiveIntegerField(_("created"), default=0, editable=False)
    updated = models.PositiveIntegerField(_("updated"), default=0, editable=False)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    rejected = models.PositiveIntegerField(_("rejected"), default=0, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    created_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="import_by_created"),
            models.Index(
                fields=["status"],
                name="import_for_workers",
                condition=Q(status__in=("uploaded", "checking", "queued", "running")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format}: {self.file_name}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to this import."""
        return self.status in self.FINISHED

    @property
    def is_busy(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.status in self.BUSY

    @property
    def share_read(self) -> float | None:
        """How much of the file was read, from 0 to 1; None while its length is unknown."""
        return min(1.0, self.read / self.rows_total) if self.rows_total else None

    @property
    def percent_read(self) -> int:
        """As `share_read`, in whole percent, rounded down; 0 while it is unknown."""
        return int(100 * (self.share_read or 0))

    def ask_for(self, status: str) -> bool:
        """Have a worker check it or take it in; False when it is not waiting for that."""
        waiting = type(self).objects.filter(pk=self.pk, status=self.Status.READY)
        return waiting.update(status=status, error="", read=0, cancel_requested_at=None) == 1

    def cancel(self) -> bool:
        """Have it stop where it is; False when it is finished. What went in stays."""
        rows = type(self).objects.filter(pk=self.pk)
        early = Q(status__in=(self.Status.READY, self.Status.UPLOADED, self.Status.QUEUED))
        gone: dict[str, Any] = {"status": self.Status.CANCELLED, "finished_at": timezone.now()}
        if rows.filter(early, read=0).update(**gone):
            return True
        running = rows.filter(status__in=self.BUSY)
        return running.update(cancel_requested_at=timezone.now()) == 1

    def go_on(self) -> bool:
        """Take it up again where it stopped; False unless it was cancelled or failed."""
        stopped = (self.Status.CANCELLED, self.Status.FAILED)
        rows = type(self).objects.filter(pk=self.pk, status__in=stopped, entry__isnull=False)
        rows = rows.filter(entry__undo_requested_at__isnull=True)
        again: dict[str, Any] = {"status": self.Status.QUEUED, "cancel_requested_at": None}
        return rows.update(**again, error="", tries=0, finished_at=None) == 1


class RefusedRow(models.Model):
    """A row that could not be taken in: which, why, and its cells as they were."""

    shop_import = models.ForeignKey(
        Import, models.CASCADE, related_name="refused_rows", verbose_name=_("import")
    )
    number = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    cells = models.JSONField(_("cells"), default=dict)

    objects = models.Manager()

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering: ClassVar = ["shop_import", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop_import", "number"], name="refused_row_of_import")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"


class ImportMapping(models.Model):
    """A mapping that is kept under a name, for the next file of the same kind."""

    name = models.CharField(_("name"), max_length=80)
    format = models.CharField(_("format"), max_length=40)
    mapping = models.JSONField(_("mapping"), default=dict)
    updated_at = models.DateTimeField(_("saved at"), auto_now=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("mapping of columns")
        verbose_name_plural = _("mappings of columns")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["format", "name"], name="mapping_of_format")
        ]

    def __str__(self) -> str:
        return self.name
