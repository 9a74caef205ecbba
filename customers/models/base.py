"""What every record shares: who may see it, and which system it came from."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def bound_source(user: Any) -> str:
    """The one source whose records `user` may read and write now, as their key says; "" for all."""
    key = getattr(user, "acting_key", None)
    return key.source if key else ""


class RecordQuerySet(models.QuerySet):
    """The base of every record's queryset."""

    def visible_to(self, user: Any) -> Self:
        """The rows that `user` may read: all for active staff members, none for others. With a
        key that is bound to a source, those of that source.
        """
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        source = bound_source(user)
        return self.of_source(source) if source else self.all()

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
