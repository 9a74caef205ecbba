"""Macros: answers that staff write once and insert into many tickets."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet


class MacroQuerySet(RecordQuerySet):
    """Many macros at once."""

    def active(self) -> Self:
        """Those that can be inserted."""
        return self.filter(is_active=True)

    def nearest(self, language: str) -> Self:
        """Those in this language first, then those for any, by category and name."""
        near = Case(When(language=language, then=0), When(language="", then=1), default=Value(2))
        return self.order_by(near, "category", "name")


class Macro(models.Model):
    """A text with variables such as {{order.number}}; see `customers.macros`."""

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
