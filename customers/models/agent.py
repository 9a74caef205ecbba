"""Agents as assignment sees them: what they can do, and whether and how much they can take."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.taxonomy import Intent


class AgentProfile(models.Model):
    """A member of staff who may be given tickets. Without a profile somebody is there, without
    a limit and without particular skills. `last_assigned_at` orders the round robin.
    """

    user = models.OneToOneField(
        "customers.User",
        models.CASCADE,
        primary_key=True,
        related_name="agent",
        verbose_name=_("user"),
    )
    is_away = models.BooleanField(_("away"), default=False)
    most_open = models.PositiveIntegerField(
        _("most open tickets"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    intents: models.ManyToManyField[Intent, Any] = models.ManyToManyField(
        Intent, blank=True, related_name="+", verbose_name=_("skilled in")
    )
    languages = ArrayField(
        models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True
    )
    tags = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("skilled in tickets tagged"),
        default=list,
        blank=True,
    )
    last_assigned_at = models.DateTimeField(_("last given a ticket"), null=True, editable=False)

    objects = models.Manager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering: ClassVar = ["user"]

    def __str__(self) -> str:
        return str(self.user)


class Notice(models.Model):
    """Something that a member of staff is told of a ticket: that it is late, or what a rule
    says. It stands on their home until they have seen it.
    """

    class Kind(models.TextChoices):
        DUE_SOON = "due_soon", _("due soon")
        BREACHED = "breached", _("late")
        RULE = "rule", _("rule")
        RATED = "rated", _("bad rating")

    user = models.ForeignKey(
        "customers.User", models.CASCADE, related_name="notices", verbose_name=_("user")
    )
    ticket = models.ForeignKey(
        "customers.Ticket", models.CASCADE, related_name="notices", verbose_name=_("ticket")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    text = models.CharField(_("text"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("seen at"), null=True, editable=False)

    objects = models.Manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "-created_at"],
                name="notice_unseen",
                condition=models.Q(seen_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.text or str(self.get_kind_display())
