"""Customers that may be one person, what was decided of them, and the keys of merged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.customer import Customer
from customers.models.journal import JournalEntry

if TYPE_CHECKING:
    from customers.models.user import User


class DuplicateScan(models.Model):
    """One search of all customers for duplicates.

    `skipped` tells of the keys that so many customers share that they were not compared:
    {"keys", "customers"}. `weights` are those that were learnt, for whoever asks why.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    BUSY = (Status.QUEUED, Status.RUNNING)

    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.QUEUED
    )
    row_count = models.PositiveIntegerField(_("customers read"), default=0, editable=False)
    rows_total = models.PositiveIntegerField(_("customers"), default=0, editable=False)
    pair_count = models.PositiveIntegerField(_("pairs compared"), default=0, editable=False)
    found_count = models.PositiveIntegerField(_("pairs found"), default=0, editable=False)
    skipped = models.JSONField(_("skipped"), default=dict, editable=False)
    weights = models.JSONField(_("weights"), default=dict, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    requested_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("requested by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    cancel_requested_at = models.DateTimeField(_("cancel asked for"), null=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_busy(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.status in self.BUSY

    @property
    def percent(self) -> int:
        """How many of the customers are read, in percent."""
        return min(100, 100 * self.row_count // self.rows_total) if self.rows_total else 0


class DuplicatePairQuerySet(RecordQuerySet):
    """Many pairs at once."""

    def within_reach_of(self, user: Any) -> Self:
        """The pairs of which the user reaches both."""
        if user.rights.is_whole:
            return self
        near = Customer.objects.all().within_reach_of(user).order_by().values("pk")
        return self.filter(first__in=near, second__in=near)

    def open(self) -> Self:
        """Those that nobody has decided."""
        return self.filter(state=DuplicatePair.State.OPEN)

    def of(self, first: int, second: int) -> Self:
        """The pair of these two, at most one."""
        return self.filter(first=min(first, second), second=max(first, second))


class DuplicatePair(models.Model):
    """Two customers that may be one person: how likely, and why.

    `first` is the one with the smaller key. `reasons` are [{"field", "level", "bits"}], where
    positive bits speak for one person. Of a merged pair the customer that went is null.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        MERGED = "merged", _("merged")
        APART = "apart", _("not a duplicate")

    first = models.ForeignKey(
        Customer, models.CASCADE, null=True, related_name="+", verbose_name=_("customer")
    )
    second = models.ForeignKey(
        Customer, models.CASCADE, null=True, related_name="+", verbose_name=_("other customer")
    )
    score = models.FloatField(_("probability"))
    reasons = models.JSONField(_("reasons"), default=list)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    entry = models.ForeignKey(
        JournalEntry,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("journal entry"),
    )
    decided_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    found_at = models.DateTimeField(_("found at"), default=timezone.now, editable=False)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of duplicates")
        verbose_name_plural = _("pairs of duplicates")
        ordering: ClassVar = ["-score", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second"))
                | Q(first__isnull=True)
                | Q(second__isnull=True),
                name="duplicate_pair_in_order",
            ),
        ]
        # the list of open pairs, the likeliest first
        indexes: ClassVar = [
            models.Index(fields=["state", "-score", "id"], name="duplicate_pair_by_state")
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"

    @property
    def percent(self) -> int:
        """The probability in percent, rounded down and never certain."""
        return min(99, int(100 * self.score))

    def keep_apart(self, *, by: User) -> bool:
        """Remember that they are two people; False where the pair was decided before."""
        told = {"decided_by": by, "decided_at": timezone.now()}
        waiting = type(self).objects.open().filter(pk=self.pk)
        return waiting.update(state=self.State.APART, **told) == 1


class MergedKey(models.Model):
    """The key that another system knows a merged customer by: what comes in under it belongs
    to the customer that stayed.
    """

    source = models.SlugField(_("source"), max_length=40)
    external_id = models.CharField(_("external id"), max_length=120)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="merged_keys", verbose_name=_("customer")
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("key of a merged customer")
        verbose_name_plural = _("keys of merged customers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="merged_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
