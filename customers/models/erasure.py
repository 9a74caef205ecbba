"""Erasing persons: the request and its steps, and what keeps erased people from coming back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.signals import job_requested, send_after_commit

if TYPE_CHECKING:
    from customers.models.customer import Customer
    from customers.models.user import User


class ManagersOnly(RecordQuerySet):
    """Rows that managers and admins may see, and nobody else."""

    def visible_to(self, user: Any) -> Self:
        """All for managers and admins."""
        return super().visible_to(user) if getattr(user, "is_manager", False) else self.none()


class ErasureQuerySet(ManagersOnly):
    """Many erasures at once."""

    def unfinished(self) -> Self:
        """Those that a worker has to go on with."""
        return self.filter(status__in=ErasureRequest.BUSY)

    def ask(self, customer: Customer, reason: str, *, by: User) -> ErasureRequest:
        """Have a customer erased; the request that is under way where there is one."""
        with transaction.atomic():
            rows: Any = self.unfinished()
            made, is_new = rows.get_or_create(
                customer=customer, defaults={"reason": reason, "requested_by": by}
            )
            if is_new:
                send_after_commit(job_requested, sender=ErasureRequest, pk=made.pk)
        return made


class ErasureRequest(models.Model):
    """One person to be erased, step by step (`customers.privacy.erasing`).

    `done` names the steps that are behind it, each committed with its work, so that a worker
    that dies is followed by one that goes on. While it runs `row_keys` holds the numbers of the
    person's rows by model; both it and the link to the customer are gone at the end, and what
    stays tells nothing of the person: counts, and the signed `receipt`.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Reason(models.TextChoices):
        ASKED = "asked", _("the person asked for it")
        WITHDRAWN = "withdrawn", _("the person withdrew their consent")
        NOT_NEEDED = "not_needed", _("the data are no longer needed")
        UNLAWFUL = "unlawful", _("the data were collected without a right to")
        REPLAYED = "replayed", _("erased before, and back from a backup")

    BUSY: ClassVar = (Status.QUEUED, Status.RUNNING)

    number = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(
        "customers.Customer",
        models.SET_NULL,
        null=True,
        related_name="erasures",
        verbose_name=_("customer"),
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    status = models.CharField(
        _("status"), max_length=7, choices=Status.choices, default=Status.QUEUED
    )
    done = ArrayField(models.CharField(max_length=20), verbose_name=_("steps done"), default=list)
    row_keys = models.JSONField(_("rows"), default=dict, editable=False)
    counts = models.JSONField(_("counts"), default=dict, editable=False)
    row_count = models.PositiveIntegerField(_("rows done"), default=0, editable=False)
    rows_total = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    receipt = models.JSONField(_("receipt"), default=dict, editable=False)
    requested_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    created_at = models.DateTimeField(_("requested at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                name="erasure_once_at_a_time",
                condition=Q(status__in=("queued", "running")),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-created_at", "-id"], name="erasure_by_created")]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in self.BUSY

    @property
    def percent(self) -> int:
        """How much is done, rounded down."""
        if self.status == self.Status.DONE:
            return 100
        return min(99, 100 * self.row_count // self.rows_total) if self.rows_total else 0

    def go_on(self) -> bool:
        """Take it up again after it failed; False when it did not."""
        failed = type(self).objects.filter(pk=self.pk, status=self.Status.FAILED)
        again = failed.update(status=self.Status.QUEUED, attempts=0, error="") == 1
        if again:
            send_after_commit(job_requested, sender=ErasureRequest, pk=self.pk)
        return again


class TombstoneQuerySet(ManagersOnly):
    """Many tombstones at once."""

    def standing(self) -> Self:
        """Those that no new consent has lifted."""
        return self.filter(lifted_at__isnull=True)


class Tombstone(models.Model):
    """What an erased person was known by, as keyed hashes that lead nowhere without the shop's
    key: source and external id, e-mail addresses, phone numbers.

    A new consent lifts it (`lifted_at`, and the wording that the person agreed to).
    """

    class Kind(models.TextChoices):
        KEY = "key", _("source and external id")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")

    digest = models.CharField(_("keyed hash"), max_length=64, unique=True)
    kind = models.CharField(_("of"), max_length=5, choices=Kind.choices)
    erasure = models.UUIDField(_("erasure"), db_index=True)
    erased_at = models.DateTimeField(_("erased at"), default=timezone.now)
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("lifted by")
    )
    lifted_for = models.CharField(_("consent given to"), max_length=500, blank=True)

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        ordering: ClassVar = ["-erased_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:12]}"


class ErasedPerson(Exception):
    """Somebody who was erased would have come back without a new consent; the text says so."""

    TOLD = _(
        "This person was erased and must not be stored again. Record a new consent of theirs first."
    )

    def __init__(self) -> None:
        super().__init__(str(self.TOLD))


class LegalHold(models.Model):
    """A reason of law for which nothing of a customer may be erased or age out."""

    customer = models.OneToOneField(
        "customers.Customer",
        models.CASCADE,
        related_name="legal_hold",
        verbose_name=_("customer"),
    )
    reason = models.CharField(_("reason"), max_length=300)
    set_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("since"), default=timezone.now)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering: ClassVar = ["-set_at"]

    def __str__(self) -> str:
        return self.reason
