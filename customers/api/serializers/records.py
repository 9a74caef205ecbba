"""What all records share: their keys, and a write that changes nothing when nothing differs."""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

KEYS = ("id", "source", "external_id")
TIMES = ("created_at", "updated_at")


FIELDS = OpenApiParameter(
    "fields", str, description="Only these, by comma, such as `id,name,segment`; else all."
)


class RecordSerializer(serializers.ModelSerializer):
    """A record with its keys; saving equal values touches no row and asks for no analysis. A
    reader may ask for some of its fields.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        """Those that the reader asks for. Raises ValidationError for an unknown one."""
        fields: dict[str, serializers.Field] = super().get_fields()
        wanted = self._wanted()
        if not wanted:
            return fields
        if unknown := wanted - set(fields):
            said = f"There is no field {sorted(unknown)[0]}; there are {', '.join(fields)}."
            raise serializers.ValidationError({"fields": said})
        return {name: field for name, field in fields.items() if name in wanted}

    def _wanted(self) -> set[str]:
        request = self.context.get("request")
        is_told = self.parent is None or (self.parent.parent is None and self.parent.many)
        if request is None or request.method != "GET" or not is_told:
            return set()
        return set(filter(None, request.query_params.get("fields", "").split(",")))

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Set what differs and save that; nothing differs, nothing is written."""
        changed = {
            name: value
            for name, value in validated_data.items()
            if getattr(instance, name) != value
        }
        for name, value in changed.items():
            setattr(instance, name, value)
        if changed:
            instance.save()
        return instance


class VisibleRelatedField(serializers.PrimaryKeyRelatedField):
    """A reference to a record that the asking user may see."""

    def get_queryset(self) -> models.QuerySet:
        """The visible rows of the related record."""
        rows: Any = super().get_queryset()
        return rows.visible_to(self.context["request"].user)
