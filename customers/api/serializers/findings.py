"""What the radar found in the shop's texts."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import Finding
from customers.radar import wording


class FindingSerializer(serializers.ModelSerializer):
    """A finding. `sides` are the places it is about: record, key, excerpt, and which characters
    of the excerpt are the words in question.
    """

    title = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()
    details = serializers.JSONField(source="title", read_only=True)
    dismissed_by = serializers.CharField(
        source="dismissed_by.username", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = Finding
        fields = (
            *("id", "kind", "severity", "status", "language", "title", "explanation"),
            *("details", "sides", "sources", "found_at", "last_seen_at", "resolved_at"),
            *("dismissed_at", "dismissed_by", "dismiss_reason"),
        )

    @extend_schema_field(str)
    def get_title(self, finding: Finding) -> str:
        """One line, in the language that was asked for."""
        return wording.title(finding)

    @extend_schema_field(str)
    def get_explanation(self, finding: Finding) -> str:
        """What to do about it."""
        return wording.explanation(finding)
