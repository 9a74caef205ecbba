"""Reviews."""

from customers.api.serializers.aspects import AspectMentionSerializer
from customers.api.serializers.predictions import (
    AnalysisSerializer,
    PredictionSerializer,
    decided_sentiment,
)
from customers.api.serializers.records import KEYS, TIMES, RecordSerializer, VisibleRelatedField
from customers.models import Customer, Product, Review


class ReviewSerializer(RecordSerializer):
    """A review and the sentiment read from its text."""

    product = VisibleRelatedField(queryset=Product.objects.all())
    customer = VisibleRelatedField(queryset=Customer.objects.all(), required=False, allow_null=True)
    sentiment = PredictionSerializer(source="sentiment_detail", read_only=True, allow_null=True)
    decided_sentiment = decided_sentiment()
    aspects = AspectMentionSerializer(source="mentions", many=True, read_only=True)
    analysis = AnalysisSerializer(source="*", read_only=True)

    class Meta:
        model = Review
        fields = (
            *KEYS,
            *("product", "customer", "rating", "title", "body", "written_at"),
            *("language", "sentiment", "decided_sentiment", "aspects", "topic", "analysis"),
            *TIMES,
        )
        read_only_fields = ("language", "topic")
        extra_kwargs = {"rating": {"min_value": 1, "max_value": 5}}
