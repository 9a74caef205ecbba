"""Taxonomies: the names that models and people give to tickets and customers.

They are rows, so that a shop may rename, describe, add and retire them.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Func, OuterRef, Value
from django.db.models.functions import Coalesce
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST_COUNTED = 1_000


class TaxonQuerySet(models.QuerySet):
    """Many names of one taxonomy."""

    model: Any

    def active(self) -> Self:
        """The names that may be chosen and predicted."""
        return self.filter(is_active=True)

    def choices(self, current: str | None) -> Self:
        """The active names, and `current` whether it is active or not."""
        return self.filter(models.Q(is_active=True) | models.Q(pk=current))

    def with_usage(self) -> Self:
        """Adds `used_by_MODEL_COLUMN` for each column that carries such a name.

        Each is a count of rows up to `MOST_COUNTED` + 1, read from the column's index.
        """
        counts = {f"used_by_{name}": _rows_with(column) for name, column in self.columns().items()}
        return self.annotate(**counts)

    def columns(self) -> dict[str, models.ForeignKey]:
        """The foreign keys to this taxonomy by "MODEL_COLUMN", such as `ticket_intent`;
        those of `COUNTED` where the taxonomy names some.
        """
        related = self.model._meta.get_fields(include_hidden=True)
        keys = [field.field for field in related if field.one_to_many and field.auto_created]
        named = {f"{key.model._meta.model_name}_{key.name}": key for key in keys}
        return {name: named[name] for name in self.model.COUNTED or named}

    def add(self, name: str, **columns: Any) -> Any:
        """A new name at the end, under a slug that is made from it and is free."""
        with transaction.atomic():
            last = self.aggregate(last=Coalesce(models.Max("position"), Value(-1)))["last"]
            slug = self._free_slug(name)
            return self.create(slug=slug, name=name, position=last + 1, **columns)

    def _free_slug(self, name: str) -> str:
        stem = slugify(name).replace("-", "_")[:40] or self.model._meta.model_name
        taken = set(self.filter(slug__startswith=stem).values_list("slug", flat=True))
        return next(
            slug
            for slug in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3)))
            if slug not in taken
        )


class Taxon(models.Model):
    """One name of a taxonomy; `slug` is what models predict and the API speaks."""

    COUNTED: ClassVar[tuple[str, ...]] = ()

    slug = models.SlugField(_("slug"), primary_key=True, max_length=50)
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = TaxonQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return gettext(self.name) if self.name else self.slug

    def describe(self, **columns: Any) -> None:
        """Another name or description; the slug stays, for rows and models know it."""
        for column, value in columns.items():
            setattr(self, column, value)
        self.save(update_fields=list(columns))

    def set_active(self, active: bool) -> None:
        """Offer the name or retire it; rows that carry it keep it."""
        self.is_active = active
        self.save(update_fields=["is_active"])

    def move(self, steps: int) -> None:
        """Stand `steps` places further down (up when negative), as far as there are any."""
        rows = type(self).objects
        with transaction.atomic():
            order = list(rows.order_by("position", "slug").select_for_update())
            here = order.index(self)
            order.insert(max(0, here + steps), order.pop(here))
            for position, row in enumerate(order):
                row.position = position
            rows.bulk_update(order, ["position"])


def _rows_with(column: models.ForeignKey) -> Func:
    """How many rows carry the outer name in `column`; counting stops above the limit."""
    rows = column.model._base_manager.filter(**{column.name: OuterRef("pk")}).order_by()
    some = rows.annotate(one=Value(1)).values("one")[: MOST_COUNTED + 1]
    return Func(ArraySubquery(some), function="cardinality", output_field=models.IntegerField())


class Intent(Taxon):
    """What a customer wants with a ticket, such as `track_order`."""

    COUNTED = ("ticket_intent", "ticket_suggested_intent")

    class Meta(Taxon.Meta):
        verbose_name = _("intent")
        verbose_name_plural = _("intents")


class Segment(Taxon):
    """A kind of customer, such as `loyal` or `at_risk`."""

    class Meta(Taxon.Meta):
        verbose_name = _("segment")
        verbose_name_plural = _("segments")


def taxonomies() -> dict[str, type[Taxon]]:
    """Every taxonomy by the name that addresses use, such as `intents`."""
    return {f"{model._meta.model_name}s": model for model in Taxon.__subclasses__()}
