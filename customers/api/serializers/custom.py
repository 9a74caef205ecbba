"""Custom fields in the API: one object of values by key."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.custom_fields.values import BadCustomValues, checked

SCHEMA = {
    "type": "object",
    "additionalProperties": {
        "oneOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "boolean"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "null"},
        ]
    },
    "description": (
        "Values of the shop's custom fields by key. Keys that are left out stay as they are; "
        "null takes a value away."
    ),
    "example": {"shirt_size": "M", "vip": True},
}


@extend_schema_field(SCHEMA)
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
