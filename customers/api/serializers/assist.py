"""Drafts and summaries."""

from __future__ import annotations

from rest_framework import serializers

from customers.models import Draft, Summary


class SourceSerializer(serializers.Serializer):
    """What a draft stands on."""

    kind = serializers.ChoiceField(choices=["passage", "ticket", "macro", "order"])
    id = serializers.IntegerField()
    title = serializers.CharField()
    quote = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


class DraftSerializer(serializers.ModelSerializer):
    """A suggested reply. It is never sent by itself: post a message to the ticket."""

    origin = serializers.CharField(
        source="origin_name", read_only=True, help_text="A generator is called by its name."
    )
    sources = SourceSerializer(many=True, read_only=True)
    probability = serializers.FloatField(
        read_only=True,
        allow_null=True,
        help_text="The share of drafts like it that agents inserted; null while too few are known.",
    )
    blanks = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Places to fill in."
    )
    pending = serializers.SerializerMethodField(help_text="Whether a worker still writes it.")

    class Meta:
        model = Draft
        fields = (
            *("id", "ticket", "rank", "status", "tone", "length", "language", "text", "blanks"),
            *("origin", "sources", "score", "probability", "model_version", "error"),
            *("created_at", "offered_at", "inserted_at", "sent_at", "edit_distance", "pending"),
        )
        read_only_fields = tuple(name for name in fields if name not in ("tone", "length"))

    def get_pending(self, draft: Draft) -> bool:
        """Whether a worker still writes it."""
        return not draft.is_finished


class SummaryItemSerializer(serializers.Serializer):
    """A sentence, and the record that says so."""

    kind = serializers.ChoiceField(choices=Summary.Item.choices)
    text = serializers.CharField()
    by = serializers.ChoiceField(
        choices=["customer", "agent"],
        help_text="Who says so: what a customer writes is a claim, not a fact of the shop's.",
    )
    record = serializers.ChoiceField(choices=["ticket", "review"], source="source")
    record_id = serializers.IntegerField(
        source="source_id", help_text="The ticket, or the product of the review."
    )
    message = serializers.IntegerField(allow_null=True)


class SummarySerializer(serializers.ModelSerializer):
    """What a ticket or a customer's texts come down to."""

    items = SummaryItemSerializer(source="sentences", many=True, read_only=True)
    is_stale = serializers.BooleanField(
        read_only=True, help_text="Whether something was written since."
    )

    class Meta:
        model = Summary
        fields = (
            *("id", "ticket", "customer", "status", "items", "generator", "model_version"),
            *("error", "created_at", "made_at", "is_stale"),
        )
        read_only_fields = fields
