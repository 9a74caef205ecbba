"""Filters of lists by custom fields: each asks the index of the JSON column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import django_filters as filters
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.custom_fields.forms import PREFIX, day_input
from customers.custom_fields.values import parsed
from customers.models import CustomField

YES_NO = [("true", _("yes")), ("false", _("no"))]


def holding(field: CustomField, value: Any) -> models.Q:
    """The condition that a record's field is this, or has it among several; nobody where the
    field cannot be so.
    """
    try:
        kept = parsed(field, [value] if field.type == CustomField.Type.MULTI else value)
    except ValueError:
        return models.Q(pk__in=[])
    return models.Q(custom__contains={field.key: kept})


class _Holding:
    """Narrows rows to those that hold a value; `custom` is the field."""

    custom: CustomField

    def filter(self, rows: models.QuerySet, value: Any) -> models.QuerySet:
        """The rows with this value, else all."""
        return rows if value in (None, "") else rows.filter(holding(self.custom, value))


class _Text(_Holding, filters.CharFilter):
    pass


class _Number(_Holding, filters.NumberFilter):
    pass


class _Day(_Holding, filters.DateFilter):
    pass


class _Choice(_Holding, filters.ChoiceFilter):
    pass


def _listed(field: CustomField) -> filters.Filter:
    return _Choice(choices=[(choice, choice) for choice in field.choices])


FILTERS: Mapping[str, Callable[[CustomField], filters.Filter]] = {
    CustomField.Type.TEXT: lambda _field: _Text(),
    CustomField.Type.NUMBER: lambda _field: _Number(),
    CustomField.Type.DATE: lambda _field: _Day(widget=day_input(), input_formats=["%Y-%m-%d"]),
    CustomField.Type.CHOICE: _listed,
    CustomField.Type.MULTI: _listed,
    CustomField.Type.BOOLEAN: lambda _field: _Choice(choices=YES_NO),
}


class CustomFieldsFilter(filters.FilterSet):
    """Filters of a list of records that also asks for the record's custom fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in CustomField.objects.of(self._meta.model).filter(is_filterable=True):
            made: Any = FILTERS[field.type](field)
            made.field_name = PREFIX + field.key
            made.label, made.custom = field.name, field
            made.model, made.parent = self._meta.model, self
            self.filters[PREFIX + field.key] = made
