"""Alarms: what changed, the figures that tell it, and the rows behind it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.alarms import wording
from customers.models import Alarm


class AlarmSerializer(serializers.ModelSerializer):
    """An alarm. `evidence` holds the figures of its sentences, `row_pks` the keys of the newest
    records behind it, in the list that `rows_of` names.
    """

    title = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=["open", "dismissed", "ended"], read_only=True)
    dismissed_by = serializers.CharField(
        source="dismissed_by.username", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = Alarm
        fields = (
            *("id", "kind", "severity", "state", "title", "explanation", "subject_name"),
            *("product", "customer", "topic", "evidence", "rows_of", "row_pks"),
            *("raised_at", "last_seen_at", "ended_at"),
            *("dismissed_at", "dismissed_by", "dismiss_reason"),
        )

    @extend_schema_field(str)
    def get_title(self, alarm: Alarm) -> str:
        """One line, in the language that was asked for."""
        return wording.title(alarm)

    @extend_schema_field(str)
    def get_explanation(self, alarm: Alarm) -> str:
        """A sentence or two with the figures."""
        return wording.explanation(alarm)


class DismissalSerializer(serializers.Serializer):
    """Why an alarm is put aside; may be left out."""

    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
