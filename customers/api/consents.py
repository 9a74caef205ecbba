"""The endpoint of consents: what customers allowed and refused, appended to and never changed."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as django_filters
from rest_framework import mixins, serializers
from rest_framework.viewsets import GenericViewSet

from customers.api.pagination import NewestFirstCursor
from customers.api.viewsets import VisibleRows
from customers.models import Consent, Customer
from customers.privacy import consents


class LatestRecordedCursor(NewestFirstCursor):
    """The latest recorded first."""

    ordering = ("-recorded_at", "-id")


class ConsentFilter(django_filters.FilterSet):
    """By customer, purpose and channel."""

    class Meta:
        model = Consent
        fields = ("customer", "purpose", "channel", "is_allowed")


class ConsentSerializer(serializers.ModelSerializer):
    """One word of a customer with its proof."""

    class Meta:
        model = Consent
        fields = (
            *("id", "customer", "purpose", "channel", "is_allowed", "method", "wording"),
            *("origin", "given_at", "recorded_at"),
        )
        read_only_fields = ("recorded_at",)

    def validate_customer(self, customer: Customer) -> Customer:
        """One whom the caller may see."""
        visible = Customer.objects.visible_to(self.context["request"].user)
        if not visible.filter(pk=customer.pk).exists():
            raise serializers.ValidationError("There is no such customer.", code="does_not_exist")
        return customer

    def create(self, said: dict[str, Any]) -> Consent:
        """Record it; what rests on it follows at once."""
        by = self.context["request"].user
        customer, purpose = said.pop("customer"), said.pop("purpose")
        return consents.record(customer, purpose, said.pop("is_allowed"), by=by, **said)


class ConsentViewSet(
    VisibleRows,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    GenericViewSet,
):
    """Consents by customer, purpose and channel, with their proof. The latest stands in force;
    earlier ones stay. Posting records another.
    """

    scope = "consents"
    queryset = Consent.objects.all()
    serializer_class = ConsentSerializer
    filterset_class = ConsentFilter
    pagination_class = LatestRecordedCursor
