"""Audiences: customers chosen by rules that staff write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class AudienceQuerySet(RecordQuerySet):
    """Many audiences at once."""

    def active(self) -> Self:
        """Those that are offered in lists and filters."""
        return self.filter(is_archived=False)


class Audience(models.Model):
    """The customers who meet `rules` whenever they are asked for; nothing of it is stored.

    `rules` is a tree as `customers.audiences.reading` checks it. An archived audience is
    offered nowhere and still counts where another one names it.
    """

    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    rules = models.JSONField(_("rules"))
    created_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    is_archived = models.BooleanField(_("archived"), default=False)

    objects = AudienceQuerySet.as_manager()

    if TYPE_CHECKING:
        created_by_id: int | None

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="audience_name_once",
                violation_error_message=_("There is an audience of this name already."),
            )
        ]
        indexes = [
            # the list of audiences, and the API
            models.Index(fields=["is_archived", "name"], name="audience_by_name"),
            models.Index(fields=["-created_at", "-id"], name="audience_by_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of it."""
        return reverse("audience", args=[self.pk])

    def change(self, **columns: Any) -> None:
        """Another name, description or other rules; rules are checked before."""
        for column, value in columns.items():
            setattr(self, column, value)
        self.save(update_fields=[*columns, "updated_at"])

    def set_archived(self, archived: bool) -> None:
        """Offer it no longer, or again."""
        self.is_archived = archived
        self.save(update_fields=["is_archived", "updated_at"])
