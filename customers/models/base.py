"""What every record shares: who may see it, and which system it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from customers.models.role_rule import Rights

ALL = "all"


@dataclass(frozen=True)
class Reached:
    """What decides who sees a row, for roles that do not reach everything: the first of its
    tickets and then of its customers that it names (paths; "" is the row itself), or that one
    of `people` (paths to users) is the user or, in a reach over teams, of their teams. `strays`
    says whether rows that name neither ticket nor customer are for all.
    """

    tickets: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    strays: bool = False

    def seen(self, rights: Rights) -> Q:
        """The condition of the rows that these rights reach."""
        seen, unnamed = Q(), Q()
        for path, within, everything in self._paths(rights):
            named = _is_named(path)
            seen |= unnamed & (named if everything else within)
            unnamed &= ~named if path else Q(pk__in=[])
        for path in self.people:
            seen |= Q(**{f"{path}__in": rights.people})
        if self.strays:
            seen |= unnamed
        return seen or Q(pk__in=[])

    def _paths(self, rights: Rights) -> list[tuple[str, Q, bool]]:
        """Each path, the condition that it is within reach, and whether all of it is."""
        tickets = apps.get_model("customers", "Ticket")._base_manager.order_by()
        near = tickets.filter(rights.of_tickets(rights.tickets)).values("pk")
        near_people = tickets.filter(rights.of_tickets(rights.customers), customer__isnull=False)
        whose = near_people.values("customer")
        told = [
            (
                path,
                Q(**{f"{path}__in": near}) if path else rights.of_tickets(rights.tickets),
                rights.tickets == ALL,
            )
            for path in self.tickets
        ]
        told += [
            (path, Q(**{f"{path or 'pk'}__in": whose}), rights.customers == ALL)
            for path in self.customers
        ]
        return told


def _is_named(path: str) -> Q:
    return Q(**{f"{path}__isnull": False}) if path else ~Q(pk__in=[])


def bound_source(user: Any) -> str:
    """The one source whose records `user` may read and write now, as their key says; "" for all."""
    key = getattr(user, "acting_key", None)
    return key.source if key else ""


class RecordQuerySet(models.QuerySet):
    """The base of every record's queryset."""

    def visible_to(self, user: Any) -> Self:
        """The rows that `user` may read: as far as their roles reach for active users, none for
        others. With a key that is bound to a source, those of that source.
        """
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        source = bound_source(user)
        rows = self.of_source(source) if source else self.all()
        return rows.within_reach_of(user)

    def within_reach_of(self, user: Any) -> Self:
        """The rows that the user's roles reach; all of a model that names nobody's records."""
        reached: Reached | None = getattr(self.model, "REACHED", None)
        if reached is None or user.rights.is_whole:
            return self
        return self.filter(reached.seen(user.rights))

    def of_source(self, source: str) -> Self:
        """The rows that came from `source`; none of a model that does not say where from."""
        path = getattr(self.model, "SOURCE_PATH", "")
        return self.filter(**{path: source}) if path else self.none()

    def from_source(self, source: str, external_id: str) -> Self:
        """The row (at most one) that `source` knows as `external_id`."""
        return self.filter(source=source, external_id=external_id)


class ExternalRecord(models.Model):
    """A record that may come from another system.

    `source` names that system ("" = made here) and `external_id` is its own key there;
    together they are unique, so importing again finds the same row. `SOURCE_PATH` leads from a
    row to the source that it came from, for keys that are bound to one.
    """

    SOURCE_PATH: ClassVar[str] = "source"

    source = models.SlugField(_("source"), max_length=40, blank=True, default="")
    external_id = models.CharField(_("external id"), max_length=120, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


def unique_in_source(name: str) -> models.UniqueConstraint:
    """One row for each (source, external id) where an external id is given."""
    return models.UniqueConstraint(
        fields=["source", "external_id"], condition=~Q(external_id=""), name=name
    )
