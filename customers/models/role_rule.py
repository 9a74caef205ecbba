"""What each role reaches and sees: a row of settings per role, and what follows for a user."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from customers.models.user import User

# Columns that a role may not see, by kind of record and by what they tell.
HIDEABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "customer": {
        "email": ("email",),
        "phone": ("phone",),
        "address": ("city",),
        "spending": (
            *("spent_total", "average_order_value"),
            *("expected_value", "expected_value_low", "expected_value_high"),
        ),
        "notes": ("notes",),
    },
    "order": {"address": ("shipping_address",)},
}


class Reach(models.TextChoices):
    """How far a role reaches over tickets or customers."""

    OWN = "own", _("their own")
    TEAM = "team", _("those of their teams")
    ALL = "all", _("all")


WIDTH = {Reach.OWN: 0, Reach.TEAM: 1, Reach.ALL: 2}


class RoleRule(models.Model):
    """What members of a role reach and see; managers and admins reach and see everything.

    A customer is somebody's where a ticket of theirs is. `hidden` names what is not shown
    (see `HIDEABLE`).
    """

    class Hidden(models.TextChoices):
        EMAIL = "email", _("e-mail addresses")
        PHONE = "phone", _("phone numbers")
        ADDRESS = "address", _("addresses")
        SPENDING = "spending", _("what customers spend")
        NOTES = "notes", _("notes about customers")

    ROLES: ClassVar = [("agent", _("agent")), ("lead", _("team lead")), ("partner", _("partner"))]

    role = models.CharField(_("role"), max_length=10, choices=ROLES, primary_key=True)
    tickets = models.CharField(_("tickets"), max_length=4, choices=Reach.choices, default=Reach.ALL)
    customers = models.CharField(
        _("customers"), max_length=4, choices=Reach.choices, default=Reach.ALL
    )
    hidden = ArrayField(
        models.CharField(max_length=10, choices=Hidden.choices),
        verbose_name=_("not shown"),
        default=list,
        blank=True,
    )
    may_export = models.BooleanField(_("may export"), default=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("rule of a role")
        verbose_name_plural = _("rules of roles")
        ordering: ClassVar = ["role"]

    def __str__(self) -> str:
        return str(self.get_role_display())

    @property
    def hidden_labels(self) -> list[str]:
        """What is not shown, in words."""
        return [str(self.Hidden(name).label) for name in self.hidden]

    def clean(self) -> None:
        """Whoever sees a ticket sees its customer, so customers reach at least as far."""
        if WIDTH[Reach(self.customers)] < WIDTH[Reach(self.tickets)]:
            raise ValidationError(
                {"customers": _("Customers must reach at least as far as tickets.")}
            )


@dataclass
class Rights:
    """What one user reaches and sees: the widest of their roles."""

    user: User | None = None
    tickets: str = Reach.ALL
    customers: str = Reach.ALL
    hidden: frozenset[str] = frozenset()
    may_export: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether every row is within reach."""
        return self.tickets == self.customers == Reach.ALL

    @cached_property
    def teams(self) -> tuple[int, ...]:
        """The teams that the user is in, where that matters."""
        if self.user is None:
            return ()
        return tuple(self.user.teams.values_list("pk", flat=True))

    @cached_property
    def people(self) -> tuple[int, ...]:
        """Whose acts and tasks are within reach: the user's, or the members' of their teams."""
        if self.user is None:
            return ()
        me = self.user.pk
        if self.tickets == Reach.OWN:
            return (me,)
        members: Any = type(self.user).objects.filter(teams__in=self.teams)
        return tuple({me, *members.values_list("pk", flat=True)})

    def of_tickets(self, reach: str) -> Q:
        """The tickets within a reach, by their own columns: each part has an index."""
        mine = Q(assignee=self.user)
        return mine | Q(team__in=self.teams) if reach == Reach.TEAM and self.teams else mine


def rights_of(user: User) -> Rights:
    """What the user reaches and sees. A login without a role counts as an agent."""
    if user.is_superuser:
        return Rights(user)
    roles = user.role_names
    if roles & {"manager", "admin"}:
        return Rights(user)
    rules = list(RoleRule.objects.filter(role__in=roles or {"agent"}))
    if not rules:
        return Rights(user)
    return Rights(
        user,
        tickets=max((rule.tickets for rule in rules), key=lambda reach: WIDTH[Reach(reach)]),
        customers=max((rule.customers for rule in rules), key=lambda reach: WIDTH[Reach(reach)]),
        hidden=frozenset.intersection(*(frozenset(rule.hidden) for rule in rules)),
        may_export=any(rule.may_export for rule in rules),
    )


def hidden_fields(user: Any, kind: str) -> frozenset[str]:
    """The columns of a kind of record ("customer", "order", …) that this user is not shown."""
    rights: Rights | None = getattr(user, "rights", None)
    told = HIDEABLE.get(kind, {})
    hidden = rights.hidden if rights else frozenset()
    return frozenset(name for what in hidden for name in told.get(what, ()))
