"""Custom fields in the API: one object of values by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from customers.custom_fields.values import MOST_TEXT, BadCustomValues, checked
from customers.models import CustomField

# What is kept of fields that are gone by now.
OTHERS: dict[str, list[dict[str, Any]]] = {
    "oneOf": [
        *({"type": one} for one in ("string", "number", "boolean")),
        {"type": "array", "items": {"type": "string"}},
    ]
}
DESCRIPTION = (
    "Values of the shop's custom fields by key. Keys that are left out stay as they are; "
    "null takes a value away."
)
TYPES: Mapping[str, dict[str, Any]] = {
    CustomField.Type.TEXT: {"type": "string", "maxLength": MOST_TEXT},
    CustomField.Type.NUMBER: {"type": "number"},
    CustomField.Type.DATE: {"type": "string", "format": "date"},
    CustomField.Type.CHOICE: {"type": "string"},
    CustomField.Type.MULTI: {"type": "array"},
    CustomField.Type.BOOLEAN: {"type": "boolean"},
}


_without_own = ContextVar("_without_own", default=False)


@contextmanager
def without_own_fields() -> Iterator[None]:
    """In the block the schema is the one of a shop that has no custom fields."""
    token = _without_own.set(True)
    try:
        yield
    finally:
        _without_own.reset(token)


class CustomValuesSchema(OpenApiSerializerFieldExtension):
    """The custom fields in the API's schema, as they are when it is asked for."""

    target_class = "customers.api.serializers.custom.CustomValuesField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """An object with a property of its type for each field."""
        record = self.target.parent.Meta.model
        is_answer = direction == "response"
        properties = {
            field.key: schema_of(field, may_be_null=not is_answer)
            for field in (() if _without_own.get() else CustomField.objects.of(record))
        }
        others: Any = OTHERS if is_answer or _without_own.get() else False
        told = {"type": "object", "description": DESCRIPTION, "properties": properties}
        return {**told, "additionalProperties": others}


def schema_of(field: CustomField, *, may_be_null: bool) -> dict[str, Any]:
    """What values of the field are, as JSON Schema."""
    own = dict(TYPES[field.type])
    choices: list[str | None] = list(field.choices)
    if field.type == CustomField.Type.MULTI:
        own |= {"items": {"type": "string", "enum": choices}, "uniqueItems": True}
    if may_be_null:
        own["type"] = [own["type"], "null"]
    if field.type == CustomField.Type.CHOICE:
        own["enum"] = [*choices, None] if may_be_null else choices
    said = (
        {"title": field.name, "description": "Required."}
        if field.is_required
        else {"title": field.name}
    )
    return {**own, **said}


class CustomValuesField(serializers.Field):
    """The record's `custom` column, checked against its fields."""

    default_error_messages = {"type": "Send an object of values by key."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """The values as they are kept."""
        return value

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """What is given laid over what is there."""
        if not isinstance(data, dict):
            self.fail("type")
        serializer: Any = self.parent
        record = serializer.Meta.model._meta.model_name
        present = getattr(serializer.instance, "custom", None)
        try:
            return checked(record, data, present=present)
        except BadCustomValues as bad:
            raise serializers.ValidationError(
                {key: [str(said)] for key, said in bad.errors.items()}
            ) from None
