"""Orders with their lines."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers

from customers.api.serializers.custom import CustomValuesField
from customers.api.serializers.records import KEYS, TIMES, RecordSerializer, VisibleRelatedField
from customers.models import Customer, Order, OrderLine, Product

LINE_COLUMNS = ("kind", "product", "description", "quantity", "unit_price")


class OrderLineSerializer(serializers.ModelSerializer):
    """A line: a product, or a charge such as postage (then without a product)."""

    product = VisibleRelatedField(queryset=Product.objects.all(), required=False, allow_null=True)
    amount = serializers.DecimalField(max_digits=20, decimal_places=4, read_only=True)

    class Meta:
        model = OrderLine
        fields = ("position", *LINE_COLUMNS, "amount")
        read_only_fields = ("position",)

    def validate(self, line: dict[str, Any]) -> dict[str, Any]:
        """A product line names its product, a charge none; a quantity is never zero."""
        is_charge = line.get("kind") == OrderLine.Kind.CHARGE
        if is_charge == bool(line.get("product")):
            raise serializers.ValidationError(
                {"product": "A line of kind product needs a product; a charge must not have one."}
            )
        if line["quantity"] == 0:
            raise serializers.ValidationError({"quantity": "Must not be zero."})
        if line["unit_price"] < 0 and not is_charge:
            raise serializers.ValidationError({"unit_price": "Must not be negative."})
        return line


class OrderSerializer(RecordSerializer):
    """An order; writing `lines` replaces them all and recomputes the totals."""

    customer = VisibleRelatedField(queryset=Customer.objects.all(), required=False, allow_null=True)
    returned_order = VisibleRelatedField(
        queryset=Order.objects.all(), required=False, allow_null=True
    )
    lines = OrderLineSerializer(many=True, allow_empty=False)

    custom = CustomValuesField()

    class Meta:
        model = Order
        fields = (
            *KEYS,
            *("number", "customer", "kind", "status", "payment", "fulfilment", "returned_order"),
            *("placed_at", "country", "currency", "goods_total", "charges_total", "total"),
            "lines",
            "custom",
            *TIMES,
        )
        read_only_fields = ("goods_total", "charges_total", "total")

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Order:
        """Create the order and its lines together."""
        lines = validated_data.pop("lines")
        order = super().create(validated_data)
        order.replace_lines([OrderLine(**line) for line in lines])
        return order

    @transaction.atomic
    def update(self, instance: Order, validated_data: dict[str, Any]) -> Order:
        """Update; equal lines stay as they are, others replace all of them."""
        lines = validated_data.pop("lines", None)
        before = _sums_depend_on(instance)
        order = super().update(instance, validated_data)
        if lines is not None and not _same_lines(order, lines):
            order.replace_lines([OrderLine(**line) for line in lines])
        elif _sums_depend_on(order) != before:
            order.recount_customers(before[0])
        return order


def _sums_depend_on(order: Order) -> tuple[Any, ...]:
    return order.customer, order.status, order.kind, order.placed_at, order.currency


def _same_lines(order: Order, lines: list[dict[str, Any]]) -> bool:
    stored = [
        tuple(getattr(line, name) for name in LINE_COLUMNS)
        for line in order.lines.select_related("product").order_by("position")
    ]
    given = [OrderLine(**line) for line in lines]
    return stored == [tuple(getattr(line, name) for name in LINE_COLUMNS) for line in given]
