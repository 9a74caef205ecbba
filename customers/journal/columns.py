"""Columns of rows as the journal keeps them: JSON that leads back to the same value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.fields.files import FieldFile

Columns = dict[str, Any]


def model_called(label: str) -> type[models.Model]:
    """The model of a change. Raises LookupError when there is none any more."""
    from django.apps import apps

    return apps.get_model(label)


def kept_fields(
    model: type[models.Model], names: Iterable[str] = ()
) -> list[models.Field[Any, Any]]:
    """The fields called so, or all; never what the database computes."""
    asked = set(names)
    return [
        field
        for field in model._meta.concrete_fields
        if not field.generated and (not asked or field.name in asked or field.attname in asked)
    ]


def as_json(value: Any) -> Any:
    """A column's value as JSON can hold it; times keep their microseconds."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, FieldFile):
        return value.name
    return value


def columns_of(row: models.Model, fields: Iterable[models.Field[Any, Any]]) -> Columns:
    """The columns of a row as JSON, by the fields' column names."""
    return {field.attname: as_json(field.value_from_object(row)) for field in fields}


def set_columns(row: models.Model, columns: Mapping[str, Any]) -> None:
    """Give a row the columns that the journal kept; what the model has no more is left out."""
    known = {field.attname: field for field in kept_fields(type(row))}
    for name, value in columns.items():
        if field := known.get(name):
            target = field.target_field if isinstance(field, models.ForeignKey) else field
            setattr(row, name, target.to_python(value))
