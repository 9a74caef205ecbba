"""Aspects, and where reviews and messages mention them."""

from __future__ import annotations

from rest_framework import serializers

from customers.models import Aspect, AspectMention


class AspectSerializer(serializers.ModelSerializer):
    """Something that customers judge by itself."""

    class Meta:
        model = Aspect
        fields = ("slug", "name", "description", "keywords", "is_active")


class AspectMentionSerializer(serializers.ModelSerializer):
    """One place that names an aspect. Characters count as those of evidence do: from the
    beginning of title and body of a review, of subject and body of a ticket's opening message.
    """

    class Meta:
        model = AspectMention
        fields = (
            *("aspect", "polarity", "probability", "score"),
            *("start", "end", "sentence_start", "sentence_end", "model_version"),
        )
        read_only_fields = fields
