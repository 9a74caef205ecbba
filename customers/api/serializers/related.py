"""What belongs to a product, a segment or a customer as recommendations go."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api.serializers.records import VisibleRelatedField
from customers.models import BoughtTogether, Product, Prospect, ProspectSearch, SimilarProduct

MOST_SHOWN = 100


class SimilarProductSerializer(serializers.ModelSerializer):
    """A product like another; rank 1 is the most alike."""

    product = serializers.IntegerField(source="similar_id")
    product_name = serializers.CharField(source="similar.name")

    class Meta:
        model = SimilarProduct
        fields = ("product", "product_name", "rank", "score")


class BoughtTogetherSerializer(serializers.ModelSerializer):
    """A product that is bought in the same orders; rank 1 is the surest."""

    product = serializers.IntegerField(source="other_id")
    product_name = serializers.CharField(source="other.name")

    class Meta:
        model = BoughtTogether
        fields = (
            *("product", "product_name", "rank", "orders", "support", "confidence"),
            *("lift", "lift_low"),
        )


class NextBestSerializer(serializers.Serializer):
    """A product to offer to a group of customers next."""

    rank = serializers.IntegerField()
    product = serializers.IntegerField(source="found.product.pk")
    product_name = serializers.CharField(source="found.product.name")
    members = serializers.IntegerField(
        source="found.members", help_text="How many members it is recommended to."
    )
    asked = serializers.IntegerField(source="found.asked", help_text="Of how many members.")
    score = serializers.FloatField(source="found.score")


class ProspectSearchSerializer(serializers.ModelSerializer):
    """A search for the customers to tell about a product."""

    class Meta:
        model = ProspectSearch
        fields = (
            *("product", "status", "considered", "without_consent", "bought_it", "complained"),
            *("model_version", "error", "created_at", "finished_at"),
        )


class ProspectSerializer(serializers.ModelSerializer):
    """A customer to tell about a product; rank 1 is the likeliest."""

    external_id = serializers.CharField(source="customer.external_id")
    email = serializers.CharField(source="customer.email")

    class Meta:
        model = Prospect
        fields = ("rank", "customer", "external_id", "email", "score", "because_of")


class ShownSerializer(serializers.Serializer):
    """Products that were shown to a customer, in the order in which they stood."""

    products = serializers.ListField(
        child=VisibleRelatedField(queryset=Product.objects.all()),
        min_length=1,
        max_length=MOST_SHOWN,
        allow_empty=False,
    )

    def validate_products(self, products: list[Any]) -> list[int]:
        """Their keys; one that comes twice stands where it came first."""
        return list(dict.fromkeys(product.pk for product in products))
