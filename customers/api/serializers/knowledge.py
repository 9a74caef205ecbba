"""Help articles, recommendations and similar products."""

from rest_framework import serializers

from customers.api.serializers.records import KEYS, TIMES, RecordSerializer
from customers.models import Article, Recommendation


class ArticleSerializer(RecordSerializer):
    """A help article in Markdown."""

    class Meta:
        model = Article
        fields = (
            *KEYS,
            *("title", "body", "category", "language", "status", "expires_on"),
            *TIMES,
        )


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
