"""Versions of the models that read the records, as staff see them: card, origin, service."""

from __future__ import annotations

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class ModelVersionQuerySet(RecordQuerySet):
    """Many versions at once."""

    def visible_to(self, user: Any) -> Self:
        """All versions for managers and admins, none for others."""
        return super().visible_to(user) if getattr(user, "is_manager", False) else self.none()

    def serving(self) -> Self:
        """The versions that read rows now, at most one a task."""
        return self.filter(is_serving=True)


class ModelVersion(models.Model):
    """One set of weights, named by the sha256 of its content.

    `name` is its folder among the trained models of this installation, `base` the version
    that it was built on. `measured` holds its figures on the rows that are held out here,
    in the form of `Training.before`. `is_serving` mirrors what the workers load; they alone
    write it.
    """

    class Source(models.TextChoices):
        SHIPPED = "shipped", _("comes with the product")
        TRAINED = "trained", _("trained here")

    task = models.CharField(_("task"), max_length=40)
    name = models.CharField(_("name"), max_length=100, blank=True)
    sha256 = models.CharField(_("sha256"), max_length=64)
    card = models.JSONField(_("card"), encoder=DjangoJSONEncoder)
    source = models.CharField(
        _("source"), max_length=8, choices=Source.choices, default=Source.SHIPPED
    )
    base = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="built_on_it",
        verbose_name=_("built on"),
    )
    measured = models.JSONField(_("measured here"), default=dict, encoder=DjangoJSONEncoder)
    is_serving = models.BooleanField(_("in service"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    retrain_due_on = models.DateField(_("to be trained anew by"), null=True, editable=False)
    retrain_count = models.PositiveIntegerField(
        _("persons it learnt from and should forget"), default=0, editable=False
    )

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        constraints = [
            models.UniqueConstraint(fields=["task", "sha256"], name="modelversion_once"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(is_serving=True), name="modelversion_one_serves"
            ),
        ]
        # a task's versions on its page
        indexes = [models.Index(fields=["task", "-id"], name="modelversion_by_task")]

    def __str__(self) -> str:
        return f"{self.task} {self.short}"

    @property
    def short(self) -> str:
        """The beginning of its sha256, which tells it from others."""
        return self.sha256[:12]
