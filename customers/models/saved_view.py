"""Lists as somebody set them up: what they are narrowed to, and which columns they show."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class SavedViewQuerySet(RecordQuerySet):
    """Many saved views at once."""

    def visible_to(self, user: Any) -> Self:
        """A user's own, those shared with all, and those shared with a team of theirs."""
        if not user.is_active:
            return self.none()
        shared = Q(shared_with=SavedView.Sharing.ALL)
        shared |= Q(shared_with=SavedView.Sharing.TEAM, team__in=user.teams.values("pk"))
        return self.filter(Q(owner=user) | shared)

    def of_list(self, list_name: str) -> Self:
        """The named views of one list."""
        return self.filter(list_name=list_name).exclude(name="").order_by("name", "pk")


class SavedView(models.Model):
    """A list with its filters (`query`, as in an address) and columns (none: the usual ones).

    The one without a name holds the columns that its owner wants where no view is chosen.
    """

    class Sharing(models.TextChoices):
        NOBODY = "nobody", _("only me")
        TEAM = "team", _("a team")
        ALL = "all", _("all")

    list_name = models.CharField(_("list"), max_length=20)
    name = models.CharField(_("name"), max_length=80, blank=True)
    query = models.CharField(_("filters"), max_length=2000, blank=True)
    columns = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("columns")
    )
    owner = models.ForeignKey(
        "customers.User", models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    shared_with = models.CharField(
        _("shared with"), max_length=6, choices=Sharing.choices, default=Sharing.NOBODY
    )
    team = models.ForeignKey(
        "customers.Team",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="saved_views",
        verbose_name=_("team"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "list_name", "name"], name="savedview_unique_name"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["list_name", "name"], name="savedview_by_list")]

    def __str__(self) -> str:
        return self.name
