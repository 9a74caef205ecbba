"""What a worker does for somebody over many rows: its state, its progress, cancelling it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class JobQuerySet(RecordQuerySet):
    """Many jobs at once."""

    def visible_to(self, user: Any) -> Self:
        """A user's own; managers see all."""
        rows = super().visible_to(user)
        return rows if user.is_manager else rows.filter(created_by=user)

    def unfinished(self) -> Self:
        """Those that wait for a worker or are being done."""
        return self.filter(status__in=(Job.Status.QUEUED, Job.Status.RUNNING))


class Job(models.Model):
    """One job. `query` says which rows of the list, as in an address; `row_count` is how many
    are done of `rows_total`, which is null while it is not known. The attempt is counted before
    it begins, so that a job that kills its worker is given up after `MAX_ATTEMPTS`.
    """

    MAX_ATTEMPTS = 3

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    query = models.TextField(_("filters"), blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.QUEUED
    )
    rows_total = models.PositiveIntegerField(_("rows"), null=True, editable=False)
    row_count = models.PositiveIntegerField(_("rows done"), default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    created_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
        db_index=False,
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    cancel_requested_at = models.DateTimeField(_("cancel asked for"), null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ["-created_at", "-id"]

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def percent(self) -> int:
        """How much of it is done, rounded down; 0 while its size is not known."""
        if self.status == self.Status.DONE:
            return 100
        return min(100, 100 * self.row_count // self.rows_total) if self.rows_total else 0

    def request_cancel(self) -> bool:
        """Have it end early; one that no worker took ends at once. False when it has ended."""
        now = timezone.now()
        mine: Any = type(self)._default_manager.filter(pk=self.pk)
        gone = {"status": self.Status.CANCELLED, "finished_at": now, "cancel_requested_at": now}
        if mine.filter(status=self.Status.QUEUED).update(**gone):
            return True
        return bool(mine.unfinished().update(cancel_requested_at=now))

    def note(self, row_count: int) -> bool:
        """Say how many rows are done; False when somebody wants it to end."""
        self.row_count = row_count
        self.save(update_fields=["row_count"])
        self.refresh_from_db(fields=["cancel_requested_at"])
        return not self.was_cancelled

    @property
    def was_cancelled(self) -> bool:
        """Whether somebody wants it to end early."""
        return self.cancel_requested_at is not None

    def finish(self, status: str, error: str = "") -> None:
        """Say how it ended."""
        self.status, self.error, self.finished_at = status, error[:1000], timezone.now()
        self.save(update_fields=["status", "error", "finished_at"])
