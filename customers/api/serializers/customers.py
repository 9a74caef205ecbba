"""Customers and the names of their segments."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api.serializers.predictions import AnalysisSerializer, DecisionField
from customers.api.serializers.records import KEYS, TIMES, RecordSerializer
from customers.models import Customer, Segment


class OrderStatisticsSerializer(serializers.Serializer):
    """Sums over a customer's orders, in the currency of the latest one."""

    order_count = serializers.IntegerField()
    return_count = serializers.IntegerField()
    spent_total = serializers.DecimalField(max_digits=16, decimal_places=4)
    average_order_value = serializers.DecimalField(max_digits=16, decimal_places=4, allow_null=True)
    currency = serializers.CharField()
    first_order_at = serializers.DateTimeField(allow_null=True)
    last_order_at = serializers.DateTimeField(allow_null=True)


class CustomerSerializer(RecordSerializer):
    """A customer, what they bought in sum, and what was read about them."""

    statistics = OrderStatisticsSerializer(source="*", read_only=True)
    segment = DecisionField("segment")
    decided_segment = serializers.PrimaryKeyRelatedField(
        queryset=Segment.objects.filter(is_active=True),
        write_only=True,
        required=False,
        allow_null=True,
        help_text="Sets the decision of staff; null takes it back.",
    )
    analysis = AnalysisSerializer(source="*", read_only=True)

    class Meta:
        model = Customer
        fields = (
            *KEYS,
            *("name", "email", "phone", "company", "language", "country", "city", "tags", "notes"),
            *("marketing_consent", "statistics", "segment", "decided_segment"),
            *("sentiment_score", "analysis"),
            *TIMES,
        )
        read_only_fields = ("sentiment_score",)

    def save(self, **kwargs: Any) -> Customer:
        """Save, and record the decided segment under the asking user's name."""
        given = "decided_segment" in self.validated_data
        segment = self.validated_data.pop("decided_segment", None)
        customer = super().save(**kwargs)
        if given and customer.segment != segment:
            customer.set_segment(segment, by=self.context["request"].user)
        return customer


class SegmentSerializer(serializers.ModelSerializer):
    """A kind of customer."""

    class Meta:
        model = Segment
        fields = ("slug", "name", "description", "is_active")
