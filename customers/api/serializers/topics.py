"""Topics of tickets and reviews."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import Topic


class TopicSerializer(serializers.ModelSerializer):
    """A topic: `name` is what staff call it, `suggested_name` and `words` are the machine's.

    `merged_into` names the topic that it is part of.
    """

    words = serializers.SerializerMethodField(help_text="The most telling first.")

    class Meta:
        model = Topic
        fields = (
            *("id", "kind", "language", "name", "suggested_name", "words", "size", "coherence"),
            *("first_seen_at", "found_at", "is_active", "merged_into", "example_pks"),
        )

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_words(self, topic: Topic) -> list[str]:
        """The words that tell it from other topics."""
        return topic.terms
