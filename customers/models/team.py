"""Teams of staff, who share a queue of tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet

if TYPE_CHECKING:
    from customers.models.user import User


class Team(models.Model):
    """People who answer the same tickets."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    members: models.ManyToManyField[User, Any] = models.ManyToManyField(
        "customers.User", related_name="teams", blank=True, verbose_name=_("members")
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
