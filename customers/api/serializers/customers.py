"""Customers and the names of their segments."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from customers.api.serializers.custom import CustomValuesField
from customers.api.serializers.predictions import AnalysisSerializer, DecisionField
from customers.api.serializers.records import KEYS, TIMES, RecordSerializer
from customers.models import Customer, RfmClass, Segment
from customers.privacy.tombstones import digests_of, lift

# What a customer can be told by; one without any of them is nobody.
TOLD_BY = ("name", "email", "phone", "company", "external_id")
NOBODY = _("Give at least one of name, email, phone, company and external_id.")


class MoneyField(serializers.DecimalField):
    """An amount that may be unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=16, decimal_places=4, allow_null=True, **kwargs)


class OrderStatisticsSerializer(serializers.Serializer):
    """Sums over a customer's orders, in the currency of the latest one."""

    order_count = serializers.IntegerField()
    return_count = serializers.IntegerField()
    spent_total = serializers.DecimalField(max_digits=16, decimal_places=4)
    average_order_value = serializers.DecimalField(max_digits=16, decimal_places=4, allow_null=True)
    currency = serializers.CharField()
    first_order_at = serializers.DateTimeField(allow_null=True)
    last_order_at = serializers.DateTimeField(allow_null=True)


class MeasuresSerializer(serializers.Serializer):
    """Habits, RFM class (empty: no orders) and what to expect in the next 90 days; the
    expected values are in the currency of the statistics. Null where it is not known,
    `value_reason` then says why. Bounds (low, high) hold four cases in five.
    """

    return_rate = serializers.FloatField(allow_null=True)
    typical_gap_days = serializers.FloatField(allow_null=True)
    rfm_class = serializers.ChoiceField(choices=RfmClass.choices, allow_blank=True)
    recency_score = serializers.IntegerField(allow_null=True)
    frequency_score = serializers.IntegerField(allow_null=True)
    monetary_score = serializers.IntegerField(allow_null=True)
    alive_probability = serializers.FloatField(allow_null=True)
    alive_probability_low = serializers.FloatField(allow_null=True)
    alive_probability_high = serializers.FloatField(allow_null=True)
    expected_orders = serializers.FloatField(allow_null=True)
    expected_orders_low = serializers.FloatField(allow_null=True)
    expected_orders_high = serializers.FloatField(allow_null=True)
    likely_orders = serializers.FloatField(allow_null=True)
    expected_value = MoneyField()
    expected_value_low = MoneyField()
    expected_value_high = MoneyField()
    expected_next_order_at = serializers.DateTimeField(allow_null=True)
    value_model_version = serializers.CharField()
    value_reason = serializers.CharField()
    valued_at = serializers.DateTimeField(allow_null=True)


class NewConsentSerializer(serializers.Serializer):
    """That somebody who was erased wants to be a customer again."""

    wording = serializers.CharField(max_length=500)


class CustomerSerializer(RecordSerializer):
    """A customer, what they bought in sum, and what was read about them."""

    statistics = OrderStatisticsSerializer(source="*", read_only=True)
    measures = MeasuresSerializer(source="*", read_only=True)
    segment = DecisionField("segment")
    decided_segment = serializers.PrimaryKeyRelatedField(
        queryset=Segment.objects.filter(is_active=True),
        write_only=True,
        required=False,
        allow_null=True,
        help_text="Sets the decision of staff; null takes it back.",
    )
    new_consent = NewConsentSerializer(
        write_only=True,
        required=False,
        help_text="Of somebody who was erased: what they agreed to since. Without it they are "
        "not stored again (410).",
    )
    analysis = AnalysisSerializer(source="*", read_only=True)
    custom = CustomValuesField()

    class Meta:
        model = Customer
        fields = (
            *KEYS,
            *("name", "email", "phone", "company", "language", "country", "city", "tags", "notes"),
            *("marketing_consent", "statistics", "measures", "segment", "decided_segment"),
            *("objects_to_profiling", "refuses_training", "refuses_external"),
            *("sentiment_score", "analysis", "custom", "new_consent"),
            *TIMES,
        )
        read_only_fields = (
            *("sentiment_score", "objects_to_profiling", "refuses_training", "refuses_external"),
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a customer whom nothing tells from others."""
        known = (attrs.get(name, getattr(self.instance, name, "")) for name in TOLD_BY)
        if not any(known):
            raise serializers.ValidationError(NOBODY, code="required")
        return attrs

    def save(self, **kwargs: Any) -> Customer:
        """Save, and record the decided segment under the asking user's name."""
        if consent := self.validated_data.pop("new_consent", None):
            self._let_back(consent["wording"])
        given = "decided_segment" in self.validated_data
        segment = self.validated_data.pop("decided_segment", None)
        customer = super().save(**kwargs)
        if given and customer.segment != segment:
            customer.set_segment(segment, by=self.context["request"].user)
        return customer

    def _let_back(self, wording: str) -> None:
        said = self.validated_data
        key = (said.get("source", ""), said.get("external_id", ""))
        known = digests_of([key], [said.get("email", "")], [said.get("phone", "")])
        lift(known, wording, by=self.context["request"].user)


class SegmentSerializer(serializers.ModelSerializer):
    """A kind of customer."""

    class Meta:
        model = Segment
        fields = ("slug", "name", "description", "is_active")
