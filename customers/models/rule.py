"""Rules: what is done to tickets by itself, when, and a log of each time."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import Reached, RecordQuerySet
from customers.models.sla import everything
from customers.models.ticket import Ticket


class RuleQuerySet(RecordQuerySet):
    """Many rules at once."""

    def on(self, trigger: str) -> Self:
        """Those that are switched on and ask at this moment, in their order."""
        return self.filter(is_on=True, trigger=trigger).order_by("position", "pk")


class Rule(models.Model):
    """If a ticket meets `conditions` (the JSON of rules) when `trigger` happens, `actions` are
    done: [{"do": "priority", "value": "high"}, ...], see `customers.rules.actions`. A rule that
    `stops` is the last one that the ticket is asked about that time.
    """

    class Trigger(models.TextChoices):
        CREATED = "created", _("a ticket came in and was read")
        UPDATED = "updated", _("a ticket was changed")
        REPLIED = "replied", _("the customer replied")
        TIME = "time", _("time went by")

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveIntegerField(_("position"), default=1)
    is_on = models.BooleanField(_("on"), default=False)
    trigger = models.CharField(
        _("when"), max_length=8, choices=Trigger.choices, default=Trigger.CREATED
    )
    conditions = models.JSONField(_("conditions"), default=everything)
    actions = models.JSONField(_("actions"), default=list)
    stops = models.BooleanField(_("stop here"), default=False)
    may_send = models.BooleanField(
        _("may send replies"),
        default=False,
        help_text=_("Without it a reply is only suggested to the agent. Admins allow it."),
    )
    created_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    applied_count = models.PositiveIntegerField(_("times applied"), default=0, editable=False)
    last_applied_at = models.DateTimeField(_("last applied"), null=True, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class RuleDue(models.Model):
    """A ticket that rules have to be asked about: the queue of the worker. `passed_over` are the
    rules whose own doing this is; they are not asked again.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", verbose_name=_("ticket"))
    trigger = models.CharField(_("when"), max_length=8, choices=Rule.Trigger.choices)
    passed_over = ArrayField(
        models.BigIntegerField(), verbose_name=_("rules passed over"), default=list
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("ticket for the rules")
        verbose_name_plural = _("tickets for the rules")
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "trigger"], name="ruledue_once")
        ]
        indexes: ClassVar = [models.Index(fields=["asked_at", "id"], name="ruledue_by_asked")]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.trigger}"


class RuleRun(models.Model):
    """One time that a rule was asked about a ticket. `failed` holds the conditions, as the rule
    had them then, that were not met; `entry` is what was done, where something was.
    """

    REACHED: ClassVar = Reached(tickets=("ticket",))

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("applied")
        NOT_MET = "not_met", _("conditions not met")
        CAPPED = "capped", _("too often this hour")
        FAILED = "failed", _("failed")

    rule = models.ForeignKey(
        Rule, models.CASCADE, related_name="runs", verbose_name=_("rule"), db_index=False
    )
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="rule_runs", verbose_name=_("ticket"), db_index=False
    )
    trigger = models.CharField(_("when"), max_length=8, choices=Rule.Trigger.choices)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    failed = models.JSONField(_("conditions not met"), default=list)
    detail = models.TextField(_("detail"), blank=True)
    entry = models.ForeignKey(
        "customers.JournalEntry",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("what was done"),
    )
    happened_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a rule")
        verbose_name_plural = _("log of the rules")
        ordering: ClassVar = ["-happened_at", "-id"]
        indexes: ClassVar = [
            # the log, whole, of one rule, and of a ticket with its cap
            models.Index(fields=["-happened_at", "-id"], name="rulerun_by_at"),
            models.Index(fields=["rule", "-happened_at", "-id"], name="rulerun_by_rule"),
            models.Index(fields=["ticket", "-happened_at"], name="rulerun_by_ticket"),
            models.Index(
                fields=["rule", "ticket", "-happened_at"],
                name="rulerun_applied",
                condition=Q(outcome="applied"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} #{self.ticket_id} {self.outcome}"
