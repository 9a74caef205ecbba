"""Trainings and promotions: asked for on a page, carried out by a worker."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.model_version import ModelVersion
from customers.models.user import User
from customers.signals import job_requested, send_after_commit


class JobQuerySet(RecordQuerySet):
    """Many jobs at once."""

    def visible_to(self, user: Any) -> Self:
        """All jobs for managers and admins, none for others."""
        return super().visible_to(user) if getattr(user, "is_manager", False) else self.none()

    def pending(self) -> Self:
        """The queue: jobs that no worker has taken up."""
        return self.filter(status="pending")

    def ask(self, **columns: Any) -> Any:
        """A new job, which rings for a worker once it is committed."""
        job = self.create(**columns)
        send_after_commit(job_requested, sender=self.model, pk=job.pk)
        return job


class Training(models.Model):
    """One training from the corrections of staff: its progress, its outcome, its verdict.

    `before` and `after` are the figures of the serving and the new model on the same
    held-out rows, which no training ever learns from: n, accuracy, macro_f1, ece, and
    `classes` with precision, recall, f1 and n of each label. `verdict` is
    {"passed": bool, "reasons": [{"measure", "label", "before", "after", "limit"}, ...]}.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        RUNNING = "running", _("training")
        REFUSED = "refused", _("refused by the gate")
        READY = "ready", _("ready to promote")
        PROMOTED = "promoted", _("promoted")
        FAILED = "failed", _("failed")

    class Stage(models.TextChoices):
        COLLECTING = "collecting", _("collecting corrections")
        READING = "reading", _("reading texts")
        FITTING = "fitting", _("fitting")
        MEASURING = "measuring", _("measuring on held-out rows")
        DONE = "done", _("done")

    UNFINISHED: ClassVar = (Status.PENDING, Status.RUNNING)

    task = models.CharField(_("task"), max_length=40)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, blank=True)
    progress = models.FloatField(_("progress"), default=0.0)
    rows_used = models.PositiveIntegerField(_("corrections learnt from"), default=0)
    rows_held_out = models.PositiveIntegerField(_("rows measured on"), default=0)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    verdict = models.JSONField(_("verdict"), default=dict)
    error = models.TextField(_("error"), blank=True)
    replaces = models.ForeignKey(
        ModelVersion,
        models.SET_NULL,
        null=True,
        related_name="challengers",
        verbose_name=_("compared with"),
    )
    model = models.ForeignKey(
        ModelVersion,
        models.SET_NULL,
        null=True,
        related_name="trainings",
        verbose_name=_("model"),
    )
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="training_by_created"),
            models.Index(fields=["status", "created_at"], name="training_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status not in self.UNFINISHED

    @property
    def percent(self) -> int:
        """The progress in whole percent, rounded down."""
        return int(100 * self.progress)


class Promotion(models.Model):
    """One change of the model that serves a task, forwards or back: who asked, and when."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a worker")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    model = models.ForeignKey(
        ModelVersion, models.CASCADE, related_name="promotions", verbose_name=_("model")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.PENDING
    )
    replaced = models.ForeignKey(
        ModelVersion, models.SET_NULL, null=True, related_name="+", verbose_name=_("replaced")
    )
    rows_asked = models.PositiveIntegerField(_("rows to be read again"), default=0)
    error = models.TextField(_("error"), blank=True)
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="promotion_by_created"),
            models.Index(fields=["status", "created_at"], name="promotion_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_finished(self) -> bool:
        """Whether a worker is done with it."""
        return self.status != self.Status.PENDING
