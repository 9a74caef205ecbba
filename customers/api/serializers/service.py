"""How a ticket was served: the clocks of its service level, and what the customer said of it."""

from __future__ import annotations

from rest_framework import serializers

from customers.models import SatisfactionRating, TicketSla


class TicketSlaSerializer(serializers.ModelSerializer):
    """The clocks of a ticket. Times are null for what is not promised, or has not happened."""

    policy = serializers.CharField(
        source="policy.name", read_only=True, help_text="The service level that counts."
    )
    breached = serializers.BooleanField(
        source="is_breached", read_only=True, help_text="Whether one of the two was missed."
    )
    paused = serializers.BooleanField(
        source="is_paused",
        read_only=True,
        help_text="Whether the clock to the solution stands, since the customer is to answer.",
    )

    class Meta:
        model = TicketSla
        fields = (
            *("policy", "next_due_at", "breached"),
            *("first_response_due_at", "first_responded_at", "first_response_breached"),
            *("resolution_due_at", "resolved_at", "resolution_breached"),
            *("paused", "paused_at", "paused_minutes"),
        )
        read_only_fields = fields
        extra_kwargs = {
            "next_due_at": {"help_text": "What has to happen first; null while nothing has to."},
            "paused_minutes": {"help_text": "Working minutes of all pauses that are over."},
        }


class RatingSerializer(serializers.ModelSerializer):
    """The customer's rating of a ticket. Score and reason are empty until it is given."""

    class Meta:
        model = SatisfactionRating
        fields = ("invited_at", "closes_at", "score", "reason", "rated_at")
        read_only_fields = fields
        extra_kwargs = {"score": {"help_text": "From 1 (very bad) to 5 (very good)."}}
