"""Macros: answers that staff write once and insert into many tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.team import Team
from customers.models.ticket import Ticket

if TYPE_CHECKING:
    from customers.models.user import User


class MacroQuerySet(RecordQuerySet):
    """Many macros at once."""

    def active(self) -> Self:
        """Those that can be inserted."""
        return self.filter(is_active=True)

    def for_teams_of(self, user: User) -> Self:
        """Those for everybody or for a team that the user is in."""
        return self.filter(Q(team=None) | Q(team__members=user)).distinct()

    def nearest(self, language: str) -> Self:
        """Those in this language first, then those for any, by category and name."""
        near = Case(When(language=language, then=0), When(language="", then=1), default=Value(2))
        return self.order_by(near, "category", "name")


class Macro(models.Model):
    """A text with variables such as {{order.number}}; see `customers.macros`. What it sets on
    the ticket is set when the reply goes. `team` narrows who is offered it.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    body = models.TextField(_("text"))
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        help_text=_("Such as en or zh; empty where it suits any."),
    )
    category = models.CharField(_("category"), max_length=80, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="macros",
        verbose_name=_("for team"),
        help_text=_("Empty where it suits every team."),
    )
    sets_status = models.CharField(
        _("set status"), max_length=8, choices=Ticket.Status.choices, blank=True
    )
    sets_priority = models.CharField(
        _("set priority"), max_length=8, choices=Ticket.Priority.choices, blank=True
    )
    sets_team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("set team")
    )
    sets_assignee = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assign to"),
    )
    assigns_sender = models.BooleanField(_("assign to whoever sends it"), default=False)
    adds_tags = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("add tags"),
        default=list,
        blank=True,
        help_text=_("Separated by commas."),
    )
    use_count = models.PositiveIntegerField(_("used"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["category", "name"]
        indexes = [
            # the list of macros, and the API
            models.Index(fields=["category", "name"], name="macro_by_category"),
            models.Index(fields=["-created_at", "-id"], name="macro_by_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def actions(self, sender: User) -> dict[str, Any]:
        """What it sets on a ticket when `sender` sends it, by the names that
        `customers.desk.verbs.change` knows.
        """
        asked = {
            "status": self.sets_status,
            "priority": self.sets_priority,
            "team": self.sets_team,
            "assignee": sender if self.assigns_sender else self.sets_assignee,
            "add_tags": self.adds_tags,
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def acts(self) -> bool:
        """Whether it changes the ticket when the reply goes."""
        of_people = self.assigns_sender or self.sets_assignee_id or self.sets_team_id
        return bool(self.sets_status or self.sets_priority or of_people or self.adds_tags)

    def count_use(self) -> None:
        """Note that a reply with it was sent; the macro itself stays as it was."""
        type(self).objects.filter(pk=self.pk).update(use_count=F("use_count") + 1)
