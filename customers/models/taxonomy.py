"""Taxonomies: the names that models and people give to tickets and customers.

They are rows, so that a shop may rename, describe, add and retire them.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Taxon(models.Model):
    """One name of a taxonomy; `slug` is what models predict and the API speaks."""

    slug = models.SlugField(_("slug"), primary_key=True, max_length=50)
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return gettext(self.name) if self.name else self.slug


class Intent(Taxon):
    """What a customer wants with a ticket, such as `track_order`."""

    class Meta(Taxon.Meta):
        verbose_name = _("intent")
        verbose_name_plural = _("intents")


class Segment(Taxon):
    """A kind of customer, such as `loyal` or `at_risk`."""

    class Meta(Taxon.Meta):
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
