"""Fields that managers add to records; their values stand in the record's `custom` column."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet

IS_KEY = RegexValidator(
    r"^[a-z][a-z0-9_]*\Z", _("Small letters, digits and _ only, a letter first.")
)


class CustomFieldQuerySet(RecordQuerySet):
    """Many custom fields at once."""

    def of(self, record: str | type[models.Model]) -> CustomFieldQuerySet:
        """The fields of one kind of record, in the order that managers gave them."""
        name = record if isinstance(record, str) else record._meta.model_name
        return self.filter(record=name).order_by("position", "pk")


class CustomField(models.Model):
    """A field of customers, orders, tickets or products that this shop added.

    `key` is what the API, files and the JSON column call it, and never changes.
    """

    class Record(models.TextChoices):
        CUSTOMER = "customer", _("customers")
        ORDER = "order", _("orders")
        TICKET = "ticket", _("tickets")
        PRODUCT = "product", _("products")

    class Type(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        CHOICE = "choice", _("one of a list")
        MULTI = "multi", _("several of a list")
        BOOLEAN = "boolean", _("yes or no")

    record = models.CharField(_("record"), max_length=8, choices=Record.choices)
    key = models.CharField(_("key"), max_length=40, validators=[IS_KEY])
    name = models.CharField(_("name"), max_length=80)
    type = models.CharField(_("type"), max_length=7, choices=Type.choices)
    choices = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name=_("choices")
    )
    is_required = models.BooleanField(_("required"), default=False)
    is_filterable = models.BooleanField(_("offered as a filter"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering: ClassVar = ["record", "position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record", "key"],
                name="customfield_unique_key",
                violation_error_message=_("There is a field of this key already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_choices(self) -> bool:
        """Whether its values are of a list."""
        return self.type in (self.Type.CHOICE, self.Type.MULTI)


class CustomValues(models.Model):
    """A record with custom fields: `custom` holds their values by key, none for an empty one."""

    custom: Any = models.JSONField(_("custom fields"), default=dict, blank=True)

    class Meta:
        abstract = True
