"""The egress ledger: each request that left this machine, and exactly what it said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.generator import EGRESS_PURPOSES, Generator, ManagedQuerySet


class EgressRecord(models.Model):
    """One outbound request. Written before it leaves, completed when it ended: what still
    says "pending" was cut off, and may have left.

    The database keeps it append-only (a trigger): no row is deleted, what left never changes,
    and an entry is completed once. An erasure alone takes a person out of it.
    `fields` names what was sent, `body` is every byte of it
    (personal data masked), `masked` counts the placeholders in it by their type. The key of
    the server is in no column.
    """

    class Outcome(models.TextChoices):
        PENDING = "pending", _("no end seen")
        DONE = "done", _("answered")
        DOWN = "down", _("not reached")
        SLOW = "slow", _("too slow")
        NONSENSE = "nonsense", _("no usable answer")
        REFUSED = "refused", _("refused")

    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    feature = models.CharField(_("feature"), max_length=8, choices=EGRESS_PURPOSES)
    user = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    generator = models.ForeignKey(
        Generator, models.SET_NULL, null=True, related_name="+", verbose_name=_("generator")
    )
    # whose texts left; no constraint of the database, for the ledger outlives its customers
    customer = models.ForeignKey(
        "customers.Customer",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="egress_records",
        verbose_name=_("customer"),
    )
    generator_name = models.CharField(_("generator name"), max_length=80)
    purpose = models.CharField(_("purpose"), max_length=200)
    host = models.CharField(_("host"), max_length=260)
    method = models.CharField(_("method"), max_length=8)
    address = models.CharField(_("address"), max_length=500)
    fields = models.JSONField(_("fields"), default=list)
    body = models.TextField(_("what left"))
    masked = models.JSONField(_("masked"), default=dict)
    bytes_out = models.PositiveIntegerField(_("bytes out"))
    bytes_in = models.PositiveIntegerField(_("bytes in"), default=0)
    tokens_in = models.PositiveIntegerField(_("tokens in"), default=0)
    tokens_out = models.PositiveIntegerField(_("tokens out"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, default=Decimal(0))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    latency_ms = models.PositiveIntegerField(_("latency in milliseconds"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.PENDING
    )
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    detail = models.TextField(_("detail"), blank=True)

    objects = ManagedQuerySet.as_manager()

    class Meta:
        verbose_name = _("egress record")
        verbose_name_plural = _("egress ledger")
        ordering: ClassVar = ["-sent_at", "-id"]
        indexes: ClassVar = [
            # the ledger's list, whole and narrowed
            models.Index(fields=["-sent_at", "-id"], name="egress_by_sent"),
            models.Index(fields=["feature", "-sent_at"], name="egress_by_feature"),
            models.Index(fields=["host", "-sent_at"], name="egress_by_host"),
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.sent_at:%Y-%m-%d %H:%M}"

    def complete(self, outcome: str, **columns: Any) -> None:
        """How the request ended; once."""
        self.outcome = outcome
        for name, value in columns.items():
            setattr(self, name, value)
        self.save(update_fields=["outcome", *columns])
