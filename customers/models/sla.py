"""Service levels: which tickets are to be answered and solved by when, and how each stands."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.audiences.tree import VERSION
from customers.models.base import Reached, RecordQuerySet
from customers.models.business_hours import BusinessHours
from customers.models.ticket import Ticket


def everything() -> dict[str, object]:
    """Conditions that say nothing yet."""
    return {"version": VERSION, "match": "all", "rules": []}


class SlaPolicyQuerySet(RecordQuerySet):
    """Many policies at once."""

    def in_force(self) -> Self:
        """Those that hold, the one that counts first in front, with their hours."""
        ordered = self.filter(is_active=True).order_by("position", "pk")
        return ordered.select_related("hours").prefetch_related("hours__holidays")


class SlaPolicy(models.Model):
    """What the shop promises of the tickets that meet `conditions` (the JSON of rules; no rules:
    all tickets). Of several the one with the lowest position counts. Times are in minutes of
    the business hours, or of the clock where there are none; null: no promise.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveIntegerField(_("position"), default=1)
    is_active = models.BooleanField(_("in force"), default=True)
    conditions = models.JSONField(_("conditions"), default=everything)
    first_response_minutes = models.PositiveIntegerField(
        _("minutes to the first reply"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    resolution_minutes = models.PositiveIntegerField(
        _("minutes to the solution"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    warning_minutes = models.PositiveIntegerField(_("warn so many minutes before"), default=30)
    hours = models.ForeignKey(
        BusinessHours,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("business hours"),
        help_text=_("Without them every minute counts."),
    )
    applies_from_at = models.DateTimeField(
        _("for tickets opened since"),
        default=timezone.now,
        help_text=_("Older tickets have no clock, so that they are not all late at once."),
    )

    objects = SlaPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("service level")
        verbose_name_plural = _("service levels")
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class TicketSlaQuerySet(RecordQuerySet):
    """The clocks of many tickets."""

    def running(self) -> Self:
        """Those that wait for us, what is due first in front."""
        return self.filter(next_due_at__isnull=False).order_by("next_due_at", "ticket_id")

    def breached(self) -> Self:
        """Those that were missed, in either of the two."""
        return self.filter(Q(first_response_breached=True) | Q(resolution_breached=True))


class TicketSla(models.Model):
    """The clocks of a ticket under its policy; kept by `customers.sla.clocks.follow` alone.

    The clock to the solution stands while the ticket is not open (`paused_at`): it waits for
    the customer, or is solved. `paused_minutes` are the policy's minutes of all pauses that are
    over. `next_due_at` is what has to happen first, null while nothing is asked of us.
    """

    REACHED: ClassVar = Reached(tickets=("ticket",))

    ticket = models.OneToOneField(
        Ticket,
        models.CASCADE,
        primary_key=True,
        related_name="sla",
        verbose_name=_("ticket"),
    )
    policy = models.ForeignKey(
        SlaPolicy, models.CASCADE, related_name="clocks", verbose_name=_("service level")
    )
    first_response_due_at = models.DateTimeField(_("first reply due"), null=True)
    first_responded_at = models.DateTimeField(_("first reply"), null=True)
    first_response_breached = models.BooleanField(_("first reply late"), default=False)
    resolution_due_at = models.DateTimeField(_("solution due"), null=True)
    resolved_at = models.DateTimeField(_("solved at"), null=True)
    resolution_breached = models.BooleanField(_("solution late"), default=False)
    paused_at = models.DateTimeField(_("waiting since"), null=True)
    paused_minutes = models.FloatField(_("minutes of waiting"), default=0)
    next_due_at = models.DateTimeField(_("next due"), null=True)
    warn_at = models.DateTimeField(_("warn at"), null=True)
    warned_at = models.DateTimeField(_("warned at"), null=True)

    objects = TicketSlaQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock of a ticket")
        verbose_name_plural = _("clocks of tickets")
        indexes: ClassVar = [
            # the queue of what is due soon, and the watch over it
            models.Index(
                fields=["next_due_at", "ticket"],
                name="sla_by_due",
                condition=Q(next_due_at__isnull=False),
            ),
            models.Index(
                fields=["warn_at"],
                name="sla_to_warn",
                condition=Q(warn_at__isnull=False, warned_at__isnull=True),
            ),
            # the API's list of what was missed
            models.Index(
                fields=["ticket"],
                name="sla_breached",
                condition=Q(first_response_breached=True) | Q(resolution_breached=True),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id}"

    @property
    def is_paused(self) -> bool:
        """Whether the clock to the solution stands."""
        return self.paused_at is not None and self.resolved_at is None

    @property
    def is_breached(self) -> bool:
        """Whether one of the two was missed."""
        return self.first_response_breached or self.resolution_breached

    def is_late(self, now: datetime | None = None) -> bool:
        """Whether what has to happen next is overdue."""
        return self.next_due_at is not None and self.next_due_at <= (now or timezone.now())

    @property
    def waits_for_first_reply(self) -> bool:
        """Whether the next thing that is due is the first reply."""
        return self.next_due_at is not None and self.next_due_at == self.first_response_due_at
