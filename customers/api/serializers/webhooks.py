"""Webhooks: endpoints, and each event on its way to one."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.events.types import KINDS, TEST, event_types
from customers.journal.recording import recorded, saved
from customers.models import JournalEntry, WebhookDelivery, WebhookEndpoint
from customers.models.webhook import address_problem

STATE = (
    *("failures_in_row", "opened_at", "probe_at", "previous_until_at"),
    *("last_delivered_at", "last_error"),
)
SECRET = serializers.CharField(
    read_only=True,
    allow_null=True,
    help_text="Verifies signatures (standardwebhooks.com). Shown here once: in the kept answer to "
    "a repeated call it is null.",
)


class WebhookSerializer(serializers.ModelSerializer):
    """An endpoint: where events of which types go, and how it does. While `probe_at` is set it
    rests, and is tried next then.
    """

    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=event_types()), allow_empty=False
    )

    class Meta:
        model = WebhookEndpoint
        fields = (
            *("id", "name", "address", "on_own_network", "is_active", "event_types"),
            *(*STATE, "created_at"),
        )
        read_only_fields = STATE

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Plain HTTP and private addresses need `on_own_network`."""
        given = {
            name: attrs.get(name, getattr(self.instance, name, default))
            for name, default in (("address", ""), ("on_own_network", False))
        }
        told = address_problem(given["address"], on_own_network=given["on_own_network"])
        if told:
            raise serializers.ValidationError({"address": told})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> WebhookEndpoint:
        """The endpoint, written down in the journal."""
        by = self.context["request"].user
        endpoint = WebhookEndpoint(**validated_data, created_by=by)
        with recorded(JournalEntry.Kind.EDITED, by=by, note=str(endpoint)) as journal:
            endpoint.save()
            journal.made(WebhookEndpoint.objects.filter(pk=endpoint.pk))
        return endpoint

    def update(self, instance: WebhookEndpoint, validated_data: dict[str, Any]) -> WebhookEndpoint:
        """Set what is given."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        saved(instance, list(validated_data), by=self.context["request"].user)
        return instance


class NewWebhookSerializer(WebhookSerializer):
    """An endpoint that was made or got a new secret, with the secret."""

    secret = SECRET

    class Meta(WebhookSerializer.Meta):
        fields: Any = (*WebhookSerializer.Meta.fields, "secret")


class RotationSerializer(serializers.Serializer):
    """How long the secret before signs beside the new one."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=720, default=24)


class ReplayedSerializer(serializers.Serializer):
    """How many events are on their way again."""

    replayed = serializers.IntegerField()


class DeliverySerializer(serializers.ModelSerializer):
    """An event on its way to an endpoint, and what came of it. `event` is the `webhook-id`."""

    event = serializers.UUIDField(source="event.uuid", read_only=True)
    type = serializers.CharField(source="event.type", read_only=True, help_text=f"Or {TEST}.")
    kind = serializers.CharField(
        source="event.kind", read_only=True, help_text=f"One of {', '.join(KINDS)}, webhook."
    )
    record = serializers.IntegerField(source="event.record_id", read_only=True)
    happened_at = serializers.DateTimeField(source="event.happened_at", read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = (
            *("id", "endpoint", "event", "type", "kind", "record", "happened_at", "status"),
            *("attempts", "due_at", "tried_at", "delivered_at", "answer_status", "answer", "error"),
        )
        read_only_fields = fields
