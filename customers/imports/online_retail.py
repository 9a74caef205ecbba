"""Transactions of a shop's till, a row for each order line (the UCI "Online Retail" form).

The rules, which docs/importing.md states for shops:

- An invoice is an order; one whose number starts with C is a return.
- Rows without a customer id are orders of guests.
- Codes such as POST, DOT, M or BANK CHARGES are charges, not products.
- Exactly repeated rows stay lines of their own: a till that scans an item twice prints
  two lines, and the totals of the orders equal the sums over the file.
- A line of price 0 is a free item. Without a customer it is a movement of stock and is
  rejected, as is a product with a negative price.
- Times are local to the shop, in London.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.errors import RowError
from customers.imports.order_lines import OrderLines
from customers.imports.table import Row

LONDON = ZoneInfo("Europe/London")
CHARGE_CODES = {
    *("POST", "DOT", "M", "C2", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"),
}
VOUCHER = re.compile(r"GIFT_\d+_\d+", re.IGNORECASE)
CURRENCY = "GBP"


class OnlineRetail(OrderLines):
    """Order lines with invoice, stock code, quantity, price and customer id."""

    name = "online_retail"
    tells_products = True
    label = _("Order lines of a till (Online Retail)")
    needs = (
        *("invoice_no", "stock_code", "description", "quantity", "invoice_time"),
        *("unit_price_gbp", "customer_id", "country"),
    )

    def read(self, row: Row) -> tuple[Any, ...]:
        """One line, checked."""
        code = values.text(row, "stock_code", most=60, required=True).upper()
        quantity = values.whole(row, "quantity")
        price = values.amount(row, "unit_price_gbp")
        customer = values.text(row, "customer_id", most=120)
        is_charge = code in CHARGE_CODES or VOUCHER.fullmatch(code) is not None
        _check_line(quantity, price, customer, is_charge=is_charge)
        invoice = values.text(row, "invoice_no", most=60, required=True)
        return (
            invoice,
            code,
            values.text(row, "description", most=300),
            quantity,
            values.moment(row, "invoice_time", LONDON),
            price,
            customer,
            values.text(row, "country", most=60),
            CURRENCY,
            is_charge,
            invoice.upper().startswith("C"),
            *self.UNSAID,
        )


def _check_line(quantity: int, price: Decimal, customer: str, *, is_charge: bool) -> None:
    if quantity == 0:
        raise RowError("quantity", "is zero")
    if price < 0 and not is_charge:
        raise RowError("unit_price_gbp", "a product cannot have a negative price")
    if price == 0 and not customer:
        raise RowError("unit_price_gbp", "a movement of stock, not a sale: no price, no customer")
