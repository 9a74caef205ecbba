"""Help articles, macros, recommendations and similar products."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api.serializers.records import KEYS, TIMES, RecordSerializer
from customers.models import Article, Macro, Recommendation


@extend_schema_field({"type": "string", "maxLength": 80})
class AddressField(serializers.SlugField):
    """Letters and digits of any language; JSON Schema has no pattern for those."""


class ArticleSerializer(RecordSerializer):
    """A help article in Markdown; each write that changes it makes a version."""

    body = serializers.CharField(max_length=Article.MOST_CHARACTERS)
    slug = AddressField(
        max_length=80,
        required=False,
        allow_blank=True,
        allow_unicode=True,
        help_text="The end of its address in the help centre; made of the title if empty.",
    )
    versions = serializers.IntegerField(
        source="revision", read_only=True, help_text="How many versions there are."
    )

    class Meta:
        model = Article
        fields = (
            *KEYS,
            *("title", "body", "category", "language", "status", "visibility", "expires_on"),
            *("slug", "versions"),
            *TIMES,
        )

    def create(self, validated_data: dict[str, Any]) -> Article:
        """A new article of the asking user."""
        article = Article(**validated_data)
        article.save(by=self.context["request"].user)
        return article

    def update(self, instance: Article, validated_data: dict[str, Any]) -> Article:
        """A change by the asking user; equal values make no version."""
        changed = {
            name: value
            for name, value in validated_data.items()
            if getattr(instance, name) != value
        }
        if changed:
            instance.edit(by=self.context["request"].user, **changed)
        return instance


class MacroSerializer(serializers.ModelSerializer):
    """A text with variables such as {{order.number}}, as staff wrote it."""

    class Meta:
        model = Macro
        fields = ("id", "name", "body", "language", "category", "is_active", *TIMES)


class ReasonSerializer(serializers.Serializer):
    """What spoke for a recommendation."""

    kind = serializers.CharField(
        help_text="purchase, similar, segment, category, price_band, novelty or popularity"
    )
    product = serializers.IntegerField(required=False, help_text="The product bought before.")
    name = serializers.CharField(required=False, help_text="Of the product, or of the segment.")
    weight = serializers.FloatField(help_text="Its part of the score.")
    cosine = serializers.FloatField(
        required=False, help_text="How alike the two products are, where the kind is similar."
    )


class RecommendationSerializer(serializers.ModelSerializer):
    """A product for a customer; rank 1 is the best."""

    product_name = serializers.CharField(source="product.name")
    reasons = ReasonSerializer(many=True)

    class Meta:
        model = Recommendation
        fields = (
            *("id", "customer", "product", "product_name", "rank", "score", "base_score"),
            *("method", "reasons", "model_version", "created_at"),
        )
