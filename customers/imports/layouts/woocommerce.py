"""WooCommerce's exports: its own of products and customers, and of orders those of the two
plugins that most shops use (a row for each item).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers.imports.layouts.layout import Layout, Names, fill_down, text_of_html
from customers.imports.layouts.shopify import money
from customers.imports.orders import Orders
from customers.imports.records import Customers, Products
from customers.imports.table import Row
from customers.imports.values import with_value

PAYMENT = {
    **dict.fromkeys(("completed", "processing"), "paid"),
    **dict.fromkeys(("refunded",), "refunded"),
}
STATUS = {
    "completed": "completed",
    "refunded": "completed",
    **dict.fromkeys(("cancelled", "failed", "trash"), "cancelled"),
}


class WooCustomers(Layout, Customers):
    """Customers, of the analytics page or of a plugin."""

    name = "woocommerce_customers"
    label = _("WooCommerce: customers")
    signatures = (
        frozenset({"Name", "Username", "Last active", "Sign up", "Email"}),
        frozenset({"customer_id", "billing_first_name", "billing_last_name", "email"}),
    )
    names: ClassVar[Names] = {
        "external_id": ("customer_id",),
        "name": ("Name",),
        "first_name": ("first_name", "billing_first_name"),
        "last_name": ("last_name", "billing_last_name"),
        "email": ("Email", "email", "billing_email"),
        "phone": ("billing_phone",),
        "company": ("billing_company",),
        "country": ("Country / Region", "billing_country"),
        "city": ("City", "billing_city"),
    }


class WooProducts(Layout, Products):
    """Products and variations."""

    name = "woocommerce_products"
    label = _("WooCommerce: products")
    signatures = (frozenset({"ID", "Type", "SKU", "Name", "Regular price"}),)
    names: ClassVar[Names] = {
        "external_id": ("ID",),
        "sku": ("SKU",),
        "name": ("Name",),
        "description": ("Description",),
        "short": ("Short description",),
        "category": ("Categories",),
        "brand": ("Brands", "Brand"),
        "price": ("Sale price",),
        "regular": ("Regular price",),
        "stock": ("Stock",),
    }

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """Known by the SKU, which orders name; the lower of the two prices counts."""
        sku = str(row.get("sku") or "")
        row["external_id"] = sku or f"id:{row.get('external_id')}"
        row["price"] = row.get("price") or row.get("regular")
        row["description"] = text_of_html(row.get("description") or row.get("short"))
        row["category"] = str(row.get("category") or "").split(",")[0].split(" > ")[-1].strip()
        return row


class WooOrders(Layout, Orders):
    """Orders, a row for each item."""

    name = "woocommerce_orders"
    label = _("WooCommerce: orders")
    signatures = (
        frozenset({"Order Number", "Order Status", "Order Date", "Item Name", "Item Cost"}),
        frozenset({"order_number", "status", "order_currency", "item_name", "item_quantity"}),
    )
    names: ClassVar[Names] = {
        "order": ("Order Number", "order_number"),
        "placed_at": ("Order Date", "date", "order_date"),
        "status": ("Order Status", "status"),
        "customer": ("Customer User ID", "customer_id"),
        "email": ("Email (Billing)", "billing_email"),
        "first_name": ("First Name (Billing)", "billing_first_name"),
        "last_name": ("Last Name (Billing)", "billing_last_name"),
        "country": ("Country Code (Billing)", "Country Name (Billing)", "billing_country"),
        "currency": ("Order Currency", "order_currency", "Currency"),
        "product": ("SKU", "item_sku"),
        "description": ("Item Name", "item_name"),
        "quantity": ("Quantity", "Quantity (- Refund)", "item_quantity"),
        "unit_price": ("Item Cost", "item_price"),
        "item_total": ("item_total",),
        "shipping": ("Order Shipping Amount", "shipping_total"),
        "taxes": ("Order Total Tax Amount", "tax_total"),
    }
    added = ("customer_name", "payment", "fulfilment")

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """The states of WooCommerce in ours; guests have no key but their address."""
        row["first"] = fill_down(row, memory, "order", ())
        names = (row.get("first_name"), row.get("last_name"))
        row["customer_name"] = " ".join(str(name) for name in names if name)
        row["customer"] = "" if str(row.get("customer") or "0") == "0" else row["customer"]
        row["product"] = row.get("product") or str(row.get("description") or "")[:60]
        if not row.get("unit_price") and row.get("item_total"):
            row["unit_price"] = str(money(row, "item_total") / (money(row, "quantity") or 1))
        said = str(row.get("status") or "").lower().removeprefix("wc-")
        row["status"] = STATUS.get(said, "open")
        row["payment"] = PAYMENT.get(said, "pending")
        row["fulfilment"] = "shipped" if said == "completed" else "unfulfilled"
        return row

    def read_all(self, row: Row) -> list[tuple[Any, ...]]:
        """The item, and the order's postage and taxes with its first one."""
        lines = [self.read(row)]
        for name, description in (("shipping", "Shipping"), ("taxes", "Taxes")):
            sum_ = money(row, name) if row.get("first") else 0
            if sum_:
                charge = with_value(row, "product", "")
                charge |= {"quantity": 1, "unit_price": str(sum_), "description": description}
                lines.append(self.read(charge))
        return lines
