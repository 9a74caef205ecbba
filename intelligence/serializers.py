"""What the API says of a list that is worked out at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from customers.api.serializers.knowledge import ReasonSerializer
from customers.models import Arm, Product, Recommendation
from intelligence.recommending.wanted import COUNT, MOST


class WantedSerializer(serializers.Serializer):
    """What may be asked of a list, as parameters of the address."""

    n = serializers.IntegerField(
        min_value=1, max_value=MOST, default=COUNT, help_text="How many products, at most 100."
    )
    category = serializers.CharField(
        required=False, help_text="Only products of this category; an unknown one is refused."
    )
    min_price = serializers.DecimalField(
        max_digits=14, decimal_places=4, min_value=Decimal(0), required=False
    )
    max_price = serializers.DecimalField(
        max_digits=14, decimal_places=4, min_value=Decimal(0), required=False
    )
    currency = serializers.CharField(
        max_length=3, required=False, help_text="Of the prices; without it any currency counts."
    )
    diversity = serializers.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        help_text="0 goes by the score alone, 1 by difference; without it the shop's setting.",
    )
    preview = serializers.BooleanField(
        default=False, help_text="Nobody will see the list: it is not counted as shown."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The band of prices is not empty, and the category exists."""
        low, high = attrs.get("min_price"), attrs.get("max_price")
        if low is not None and high is not None and low > high:
            raise serializers.ValidationError({"max_price": "Must not be below min_price."})
        category = attrs.get("category")
        if category and not Product.objects.filter(category=category).exists():
            raise serializers.ValidationError({"category": "No product has this category."})
        return attrs


class ListedSerializer(serializers.Serializer):
    """A product of the list."""

    rank = serializers.IntegerField()
    product = serializers.IntegerField()
    external_id = serializers.CharField(help_text="The product's own key in its source.")
    sku = serializers.CharField()
    product_name = serializers.CharField()
    price = serializers.DecimalField(max_digits=14, decimal_places=4, allow_null=True)
    currency = serializers.CharField()
    score = serializers.FloatField(help_text="r_ui = b_ui + q_i·p_u")
    base_score = serializers.FloatField(help_text="b_ui")
    method = serializers.ChoiceField(choices=Recommendation.Method.choices)
    reasons = ReasonSerializer(many=True)


class SuppressedSerializer(serializers.Serializer):
    """A product that is left out because the customer complained about it."""

    product = serializers.IntegerField(source="product_id")
    product_name = serializers.CharField(source="product")
    category = serializers.CharField(
        source="kind", help_text="The category that is left out with it while the matter is open."
    )
    cause = serializers.ChoiceField(choices=["ticket", "return", "review"])
    cause_id = serializers.IntegerField()


class LiveListSerializer(serializers.Serializer):
    """A list of this moment."""

    customer = serializers.IntegerField()
    method = serializers.CharField(help_text="Where the best product comes from; empty for none.")
    arm = serializers.ChoiceField(choices=Arm.choices)
    model_version = serializers.CharField()
    items = ListedSerializer(many=True)
    suppressed = SuppressedSerializer(many=True)
