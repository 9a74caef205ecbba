"""Imports: a file that a worker takes in, with its progress and its outcome."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class Import(models.Model):
    """One run of the importer over one file; counts are of the file's data rows."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    format = models.CharField(_("format"), max_length=40)
    source = models.SlugField(_("source"), max_length=40)
    file = models.FileField(_("file"), upload_to="imports/", blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.QUEUED
    )
    rows_total = models.PositiveIntegerField(_("rows"), null=True, editable=False)
    read = models.PositiveIntegerField(_("read"), default=0, editable=False)
    created = models.PositiveIntegerField(_("created"), default=0, editable=False)
    updated = models.PositiveIntegerField(_("updated"), default=0, editable=False)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    rejected = models.PositiveIntegerField(_("rejected"), default=0, editable=False)
    rejects_file = models.CharField(_("rejects file"), max_length=255, blank=True, editable=False)
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

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_by_created")]

    def __str__(self) -> str:
        return f"{self.format}: {self.file_name}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to this import."""
        return self.status in (self.Status.DONE, self.Status.FAILED)

    @property
    def share_read(self) -> float | None:
        """How much of the file was read, from 0 to 1; None while its length is unknown."""
        return min(1.0, self.read / self.rows_total) if self.rows_total else None

    @property
    def percent_read(self) -> int:
        """As `share_read`, in whole percent, rounded down; 0 while it is unknown."""
        return int(100 * (self.share_read or 0))
