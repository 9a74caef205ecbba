"""Tickets with their messages."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api.serializers.aspects import AspectMentionSerializer
from customers.api.serializers.custom import CustomValuesField
from customers.api.serializers.predictions import (
    AnalysisSerializer,
    DecisionField,
    PredictionSerializer,
    decided_sentiment,
)
from customers.api.serializers.records import KEYS, TIMES, RecordSerializer, VisibleRelatedField
from customers.api.serializers.service import RatingSerializer, TicketSlaSerializer
from customers.desk import verbs
from customers.desk.acting import acting
from customers.models import Customer, Intent, Message, Order, Sentiment, Ticket


class MessageSerializer(RecordSerializer):
    """A message; those of customers are read for language and sentiment."""

    sentiment = PredictionSerializer(source="sentiment_detail", read_only=True, allow_null=True)
    decided_sentiment = decided_sentiment()
    aspects = AspectMentionSerializer(source="mentions", many=True, read_only=True)
    analysis = AnalysisSerializer(source="*", read_only=True)

    class Meta:
        model = Message
        fields = (
            *KEYS,
            *(
                "author_kind",
                "is_internal",
                "body",
                "sent_at",
                "language",
                "sentiment",
                "decided_sentiment",
                "aspects",
                "analysis",
            ),
            *TIMES,
        )
        read_only_fields = ("language",)


class TicketSerializer(RecordSerializer):
    """A ticket and its conversation. Creating one needs its opening message (`body`)."""

    customer = VisibleRelatedField(queryset=Customer.objects.all(), required=False, allow_null=True)
    order = VisibleRelatedField(queryset=Order.objects.all(), required=False, allow_null=True)
    body = serializers.CharField(
        write_only=True, required=False, help_text="The opening message, when creating."
    )
    intent = DecisionField("intent")
    decided_intent = serializers.PrimaryKeyRelatedField(
        queryset=Intent.objects.filter(is_active=True),
        write_only=True,
        required=False,
        allow_null=True,
        help_text="Sets the decision of staff; null takes it back.",
    )
    priority_prediction = PredictionSerializer(
        source="priority_detail",
        read_only=True,
        allow_null=True,
        help_text="What a model read in the opening message; `priority` is the decision.",
    )
    sentiment = serializers.SerializerMethodField(
        help_text="Of the latest message that was read; null before, and where models abstained."
    )
    messages = serializers.SerializerMethodField()
    pending = serializers.SerializerMethodField(help_text="Whether a message waits to be read.")

    sla = TicketSlaSerializer(
        read_only=True, allow_null=True, help_text="Null where no service level counts."
    )
    rating = RatingSerializer(
        read_only=True, allow_null=True, help_text="Null until the customer was asked."
    )

    custom = CustomValuesField()

    class Meta:
        model = Ticket
        fields = (
            *KEYS,
            *("customer", "order", "subject", "body", "status", "priority", "channel"),
            *("kind", "tags", "team", "assignee", "version", "snoozed_until_at"),
            *("merged_into", "first_replied_at", "first_reply_minutes"),
            *("solved_at", "solve_minutes", "sla", "rating"),
            *("opened_at", "last_message_at", "intent", "decided_intent"),
            *("suggested_priority", "priority_probability", "priority_prediction"),
            *("priority_set_at", "priority_set_automatically"),
            *("sentiment", "sentiment_score", "sentiment_trend", "topic", "messages", "pending"),
            "custom",
            *TIMES,
        )
        read_only_fields = (
            *("last_message_at", "sentiment_score", "team", "assignee", "version"),
            *("snoozed_until_at", "merged_into", "first_replied_at", "first_reply_minutes"),
            *("solved_at", "solve_minutes"),
            *("sentiment_trend", "topic"),
            *("suggested_priority", "priority_probability", "priority_set_at"),
            "priority_set_automatically",
        )
        extra_kwargs = {
            "channel": {"default": Ticket.Channel.API},
            "suggested_priority": {"allow_blank": True},
            "first_reply_minutes": {"help_text": "Working minutes since it was opened."},
            "solve_minutes": {"help_text": "Working minutes since it was opened."},
        }

    @extend_schema_field(serializers.ChoiceField(choices=Sentiment.choices, allow_null=True))
    def get_sentiment(self, ticket: Ticket) -> str | None:
        """The step that the customer's latest read message stands on."""
        return ticket.sentiment or None

    @extend_schema_field(MessageSerializer(many=True))
    def get_messages(self, ticket: Ticket) -> Any:
        """The conversation; notes of staff are for staff alone."""
        user: Any = self.context["request"].user
        rows: Any = ticket.messages.all()
        if not user.is_staff_member:
            rows = [message for message in rows if not message.is_internal]
        return self._conversation.to_representation(rows)

    @cached_property
    def _conversation(self) -> Any:
        """What shows the messages of all tickets of a list: it is costly to make."""
        return MessageSerializer(many=True, context=self.context)

    @extend_schema_field(bool)
    def get_pending(self, ticket: Ticket) -> bool:
        """Whether one of the ticket's messages waits to be read."""
        return any(message.is_pending for message in ticket.messages.all())

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """A new ticket has an opening message; an existing one gets messages of its own."""
        if self.instance is None and not values.get("body"):
            raise serializers.ValidationError({"body": "A new ticket needs its opening message."})
        return values

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Ticket:
        """Create the ticket, its opening message, and the decision if one was given."""
        body = validated_data.pop("body")
        intent = validated_data.pop("decided_intent", None)
        ticket = super().create(validated_data)
        ticket.add_message(body, author_kind=Message.Author.CUSTOMER, sent_at=ticket.opened_at)
        if intent:
            ticket.set_intent(intent, by=self.context["request"].user)
        return ticket

    def update(self, instance: Ticket, validated_data: dict[str, Any]) -> Ticket:
        """Update; the opening message stays what the customer wrote."""
        validated_data.pop("body", None)
        priority = validated_data.pop("priority", None)
        given = "decided_intent" in validated_data
        intent = validated_data.pop("decided_intent", None)
        user = self.context["request"].user
        status = validated_data.pop("status", instance.status)
        with acting([instance.pk], by=user, note="API"):
            ticket = super().update(instance, validated_data)
            verbs.set_status(ticket, status, user)
            if given and ticket.intent != intent:
                ticket.set_intent(intent, by=user)
            if priority and priority != ticket.priority:
                ticket.set_priority(priority, by=user)
        ticket.refresh_from_db(fields=["version"])
        return ticket


class IntentSerializer(serializers.ModelSerializer):
    """Something that customers want with a ticket."""

    class Meta:
        model = Intent
        fields = ("slug", "name", "description", "is_active")
