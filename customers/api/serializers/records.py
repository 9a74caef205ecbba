"""What all records share: their keys, and a write that changes nothing when nothing differs."""

from __future__ import annotations

from typing import Any

from django.db import models
from rest_framework import serializers

KEYS = ("id", "source", "external_id")
TIMES = ("created_at", "updated_at")


class RecordSerializer(serializers.ModelSerializer):
    """A record with its keys; saving equal values touches no row and asks for no analysis."""

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
