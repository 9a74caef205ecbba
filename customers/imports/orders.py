"""Orders as a plain table: a row for each line, columns named as the records' are."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.errors import RowError
from customers.imports.fields import ORDER_FIELDS
from customers.imports.order_lines import OrderLines
from customers.imports.table import Row
from customers.models import Order

KINDS = ("product", "charge")


class Orders(OrderLines):
    """Order number, time, customer, and one line of it; a missing product is a charge."""

    fields = ORDER_FIELDS
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
        email = values.text(row, "email", most=254)
        currency = values.text(row, "currency", most=3, required=True).upper()
        return (
            values.text(row, "order", most=60, required=True),
            product,
            values.text(row, "description", most=300),
            quantity,
            values.moment(row, "placed_at"),
            price,
            values.text(row, "customer", most=120) or email.lower()[:120],
            values.text(row, "country", most=60),
            currency,
            not product,
            values.text(row, "kind", most=10) == "return",
            values.text(row, "customer_name", most=200),
            email,
            _one_of(row, "status", Order.Status.values),
            _one_of(row, "payment", Order.Payment.values),
            _one_of(row, "fulfilment", Order.Fulfilment.values),
        )


def _one_of(row: Row, column: str, known: list[str]) -> str | None:
    said = values.text(row, column, most=40).lower()
    if said and said not in known:
        raise RowError(column, f"{said!r} is none of {', '.join(known)}")
    return said or None
