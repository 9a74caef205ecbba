"""Events of the records, the addresses that hear of them, and each event on its way to one."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.generator import is_private

# The breaker: after so many failures in a row nothing goes out until a probe succeeds.
MOST_FAILURES = 5
PROBE_SECONDS = (20, 60, 300, 900, 1800)


def new_salt() -> str:
    """What makes the secret of an endpoint another one."""
    return secrets.token_hex(16)


def address_problem(address: str, *, on_own_network: bool) -> Any:
    """What is wrong with an address that is to be called, as far as its text tells; "" for
    nothing. Where a name leads to is looked at again with each call.
    """
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return _("Give an address that begins with https://.")
    if parts.scheme not in ("http", "https") or not host or not address.isascii():
        return _("Give an address that begins with https://.")
    if "@" in parts.netloc:
        return _("Leave names and passwords out of the address.")
    if not on_own_network and is_private(host):
        return _("This is on a private network: tick “on our own network”.")
    if not on_own_network and parts.scheme != "https":
        return _("It would go in the clear: use https://.")
    return ""


class AdminQuerySet(RecordQuerySet):
    """Rows for admins alone."""

    def visible_to(self, user: Any) -> Self:
        """All for admins, none for others."""
        return super().visible_to(user) if getattr(user, "is_admin", False) else self.none()


class DomainEvent(models.Model):
    """Something that happened to a record. Written by the database in the transaction of the
    change, where an active endpoint listens; without personal data.

    `kind` and `record_id` name the record, which may be gone by now; `changed` names columns.
    `uuid` is the `webhook-id` of every attempt, to every endpoint.
    """

    uuid = models.UUIDField(_("id"), default=uuid.uuid4, editable=False)
    type = models.CharField(_("type"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20)
    record_id = models.BigIntegerField(_("record"))
    source = models.CharField(_("source"), max_length=40, blank=True)
    external_id = models.CharField(_("external id"), max_length=120, blank=True)
    changed = ArrayField(
        models.CharField(max_length=63), verbose_name=_("changed columns"), default=list
    )
    happened_at = models.DateTimeField(_("happened at"), default=timezone.now)

    objects = AdminQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering: ClassVar = ["-happened_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-happened_at", "-id"], name="domainevent_by_happened"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.record_id}"


class WebhookEndpointQuerySet(AdminQuerySet):
    """Many endpoints at once."""

    def active(self) -> Self:
        """Those that events are written for."""
        return self.filter(is_active=True)

    def open_to(self, now: datetime) -> Self:
        """Active ones whose breaker lets something through at this time."""
        return self.active().filter(Q(probe_at=None) | Q(probe_at__lte=now))


class WebhookEndpoint(models.Model):
    """An address of another system that hears of events.

    Its secret is derived from the server's key and `salt`, and stands in no column. After a
    rotation `previous_salt` signs too, until `previous_until_at`. The breaker is open while
    `probe_at` is set: one delivery is tried then, and decides.
    """

    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(
        _("address"), max_length=500, help_text=_("Such as https://erp.example.com/rapport.")
    )
    event_types = ArrayField(models.CharField(max_length=40), verbose_name=_("events"))
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Events that happen meanwhile are not told later.")
    )
    on_own_network = models.BooleanField(
        _("on our own network"),
        default=False,
        help_text=_("Allows addresses of this machine and of private networks."),
    )
    salt = models.CharField(_("salt"), max_length=32, default=new_salt, editable=False)
    previous_salt = models.CharField(_("previous salt"), max_length=32, blank=True, editable=False)
    previous_until_at = models.DateTimeField(
        _("previous secret works until"), null=True, editable=False
    )
    failures_in_row = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failed_probes = models.PositiveIntegerField(_("failed probes"), default=0, editable=False)
    opened_at = models.DateTimeField(_("resting since"), null=True, editable=False)
    probe_at = models.DateTimeField(_("next probe"), null=True, editable=False)
    last_delivered_at = models.DateTimeField(_("last delivered"), null=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", editable=False,
        verbose_name=_("created by"),
    )  # fmt: skip

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Plain HTTP and private addresses need the tick."""
        super().clean()
        told = address_problem(self.address, on_own_network=self.on_own_network)
        if told:
            raise ValidationError({"address": told})

    @property
    def is_resting(self) -> bool:
        """Whether the breaker is open."""
        return self.probe_at is not None

    def rotate(self, overlap: timedelta) -> None:
        """Take a new secret; the present one signs beside it for `overlap`."""
        self.previous_salt, self.salt = self.salt, new_salt()
        self.previous_until_at = timezone.now() + overlap
        self.save(update_fields=["salt", "previous_salt", "previous_until_at"])

    def note_success(self, now: datetime) -> None:
        """A delivery arrived: the breaker closes."""
        rows = type(self).objects.filter(pk=self.pk)
        rows.update(
            failures_in_row=0, failed_probes=0, opened_at=None, probe_at=None,
            last_delivered_at=now, last_error="",
        )  # fmt: skip

    def note_failure(self, error: str, now: datetime) -> None:
        """A delivery did not arrive: after several in a row the breaker opens, each time longer
        that a probe fails.
        """
        rows = type(self).objects.filter(pk=self.pk)
        rows.update(failures_in_row=F("failures_in_row") + 1, last_error=error[:300])
        self.refresh_from_db(fields=["failures_in_row", "failed_probes", "opened_at", "probe_at"])
        if self.failures_in_row < MOST_FAILURES or (self.probe_at and self.probe_at > now):
            return  # what was under way when it opened makes it rest no longer
        failed = self.failed_probes + 1 if self.opened_at else 0
        rest = PROBE_SECONDS[min(failed, len(PROBE_SECONDS) - 1)]
        probe = now + timedelta(seconds=rest)
        rows.update(opened_at=self.opened_at or now, probe_at=probe, failed_probes=failed)


class WebhookDeliveryQuerySet(AdminQuerySet):
    """Many deliveries at once."""

    def pending(self) -> Self:
        """Those that are still to arrive."""
        return self.filter(status=WebhookDelivery.Status.PENDING)

    def failed(self) -> Self:
        """Those that were given up."""
        return self.filter(status=WebhookDelivery.Status.FAILED)

    def replay(self) -> int:
        """Send them again, from the first attempt on; how many. Those under way stay."""
        anew = {"attempts": 0, "due_at": timezone.now(), "claimed_until_at": None}
        rows = self.exclude(status=WebhookDelivery.Status.PENDING)
        return rows.update(status=WebhookDelivery.Status.PENDING, delivered_at=None, **anew)


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint. The row is the queue and the log.

    `due_at` is when it is tried next. A sender holds it until `claimed_until_at`: one that dies
    leaves it to the next. It is given up after the last attempt, some three days after the first.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("on its way")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    event = models.ForeignKey(
        DomainEvent, models.CASCADE, related_name="deliveries", verbose_name=_("event")
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.PENDING
    )
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    claimed_until_at = models.DateTimeField(_("claimed until"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    answer_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="webhookdelivery_once"),
        ]
        indexes: ClassVar = [
            # the queue of an endpoint; its log, whole and of one status; what may be forgotten
            models.Index(
                fields=["endpoint", "due_at", "id"],
                name="webhookdelivery_queue",
                condition=Q(status="pending"),
            ),
            models.Index(fields=["endpoint", "-id"], name="webhookdelivery_log"),
            models.Index(fields=["endpoint", "status", "-id"], name="webhookdelivery_by_status"),
            models.Index(
                fields=["tried_at"], name="webhookdelivery_old", condition=~Q(status="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.endpoint}"

    @property
    def may_be_replayed(self) -> bool:
        """Whether it is not under way."""
        return self.status != self.Status.PENDING
