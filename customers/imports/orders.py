"""Orders as a plain table: a row for each line, columns named as the records' are."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.errors import RowError
from customers.imports.files import Row
from customers.imports.order_lines import OrderLines

KINDS = ("product", "charge")


class Orders(OrderLines):
    """Order number, time, customer, and one line of it; a missing product is a charge."""

    name = "orders"
    label = _("Orders, a row for each line")
    needs = ("order", "placed_at", "quantity", "unit_price", "currency")

    def read(self, row: Row) -> tuple[Any, ...]:
        """One line, checked."""
        product = values.text(row, "product", most=60)
        quantity = values.whole(row, "quantity")
        price = values.amount(row, "unit_price")
        if quantity == 0:
            raise RowError("quantity", "is zero")
        if price < 0 and product:
            raise RowError("unit_price", "a product cannot have a negative price")
        currency = values.text(row, "currency", most=3, required=True).upper()
        return (
            values.text(row, "order", most=60, required=True),
            product,
            values.text(row, "description", most=300),
            quantity,
            values.moment(row, "placed_at"),
            price,
            values.text(row, "customer", most=120),
            values.text(row, "country", most=60),
            currency,
            not product,
            values.text(row, "kind", most=10) == "return",
        )
