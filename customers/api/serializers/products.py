"""Products."""

from customers.api.serializers.custom import CustomValuesField
from customers.api.serializers.predictions import AnalysisSerializer
from customers.api.serializers.records import KEYS, TIMES, RecordSerializer
from customers.models import Product


class ProductSerializer(RecordSerializer):
    """A product and what its reviews say in sum."""

    analysis = AnalysisSerializer(source="*", read_only=True)

    custom = CustomValuesField()

    class Meta:
        model = Product
        fields = (
            *KEYS,
            *("sku", "name", "description", "category", "brand", "price", "currency"),
            *("stock", "is_active", "review_count", "rating_average", "sentiment_score"),
            "analysis",
            "custom",
            *TIMES,
        )
        read_only_fields = ("review_count", "rating_average", "sentiment_score")
