"""Shopify's exports of customers, orders and products (Admin > Export, CSV).

An order has a row for each of its items, of which the first alone tells of the order itself;
its postage, discount and taxes become charges, so that the total is Shopify's. A product has a
row for each variant, which is a product here, and further rows that hold pictures only.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers.imports.layouts.layout import Layout, Names, fill_down, text_of_html
from customers.imports.orders import Orders
from customers.imports.records import Customers, Products
from customers.imports.table import Row
from customers.imports.values import with_value

OF_ORDER = (
    *("placed_at", "currency", "email", "customer_name", "country", "payment", "fulfilment"),
    *("status", "cancelled_at"),
)
CHARGES = (("shipping", "Shipping"), ("discount", "Discount"), ("taxes", "Taxes"))


class ShopifyCustomers(Layout, Customers):
    """Customers; without an id (older exports) known by the e-mail address."""

    name = "shopify_customers"
    label = _("Shopify: customers")
    signatures = (
        frozenset({"First Name", "Last Name", "Email", "Accepts Email Marketing"}),
        frozenset({"First Name", "Last Name", "Email", "Accepts Marketing"}),
    )
    names: ClassVar[Names] = {
        "external_id": ("Customer ID", "ID"),
        "first_name": ("First Name",),
        "last_name": ("Last Name",),
        "email": ("Email",),
        "phone": ("Phone", "Default Address Phone"),
        "company": ("Company", "Default Address Company"),
        "country": ("Default Address Country Code", "Country Code", "Country"),
        "city": ("Default Address City", "City"),
        "tags": ("Tags",),
        "marketing_consent": ("Accepts Email Marketing", "Accepts Marketing"),
    }

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """Ids come with an apostrophe, which keeps spreadsheets from rounding them."""
        for name in ("external_id", "phone"):
            if row.get(name):
                row[name] = str(row[name]).lstrip("'")
        return row


class ShopifyOrders(Layout, Orders):
    """Orders, a row for each item."""

    name = "shopify_orders"
    label = _("Shopify: orders")
    signatures = (
        frozenset(
            {"Name", "Financial Status", "Lineitem quantity", "Lineitem name", "Lineitem price"}
        ),
    )
    names: ClassVar[Names] = {
        "order": ("Name",),
        "placed_at": ("Created at", "Paid at"),
        "email": ("Email",),
        "customer_name": ("Billing Name", "Shipping Name"),
        "product": ("Lineitem sku",),
        "description": ("Lineitem name",),
        "quantity": ("Lineitem quantity",),
        "unit_price": ("Lineitem price",),
        "currency": ("Currency",),
        "country": ("Billing Country", "Shipping Country"),
        "payment": ("Financial Status",),
        "fulfilment": ("Fulfillment Status",),
        "cancelled_at": ("Cancelled at",),
        "shipping": ("Shipping",),
        "discount": ("Discount Amount",),
        "subtotal": ("Subtotal",),
        "total": ("Total",),
    }
    added = ("status", "taxes")

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """The order's own columns for each of its rows; its charges with the first."""
        is_first = fill_down(row, memory, "order", OF_ORDER)
        original.update(
            {
                column: row[name]
                for name, columns in self.names.items()
                for column in columns[:1]
                if name in OF_ORDER and row.get(name) and not original.get(column)
            }
        )
        row["product"] = row.get("product") or str(row.get("description") or "")[:60]
        if is_first:
            row["taxes"] = str(
                money(row, "total") - money(row, "subtotal") - money(row, "shipping")
            )
            row["discount"] = str(-money(row, "discount"))
        return _standing(row)

    def read_all(self, row: Row) -> list[tuple[Any, ...]]:
        """The item, and the order's charges with its first one."""
        lines = [self.read(row)]
        for name, description in CHARGES:
            sum_ = money(row, name)
            if sum_:
                charge = with_value(row, "product", "")
                charge |= {"quantity": 1, "unit_price": str(sum_), "description": description}
                lines.append(self.read(charge))
        return lines


class ShopifyProducts(Layout, Products):
    """Products, a row for each variant."""

    name = "shopify_products"
    label = _("Shopify: products")
    signatures = (frozenset({"Handle", "Title", "Vendor", "Variant Price"}),)
    names: ClassVar[Names] = {
        "handle": ("Handle",),
        "name": ("Title",),
        "description": ("Body (HTML)", "Body HTML"),
        "brand": ("Vendor",),
        "category": ("Type", "Product Category"),
        "option": ("Option1 Value",),
        "option2": ("Option2 Value",),
        "option3": ("Option3 Value",),
        "sku": ("Variant SKU",),
        "price": ("Variant Price",),
        "stock": ("Variant Inventory Qty",),
    }
    added = ("external_id",)

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """A variant is called as an order's item is: by its title and its options."""
        fill_down(row, memory, "handle", ("name", "description", "brand", "category"))
        options = [row.get(name) for name in ("option", "option2", "option3")]
        said = [str(one) for one in options if one and one != "Default Title"]
        title = str(row.get("name") or "")
        row["name"] = f"{title} - {' / '.join(said)}" if said else title
        row["sku"] = str(row.get("sku") or "").lstrip("'")
        row["external_id"] = row["sku"] or row["name"][:60]
        row["description"] = text_of_html(row.get("description"))
        return row

    def read_all(self, row: Row) -> list[tuple[Any, ...]]:
        """Nothing of a row that only holds a picture."""
        if row.get("price") in (None, "") and not row.get("option") and not row.get("sku"):
            return []
        return [self.read(row)]


def money(row: Row, name: str) -> Decimal:
    """A sum of the row; 0 where there is none."""
    try:
        return Decimal(str(row.get(name) or 0).replace(",", ""))
    except InvalidOperation:
        return Decimal(0)


def _standing(row: Row) -> Row:
    """The states of Shopify in ours."""
    paid = str(row.get("payment") or "").lower()
    sent = str(row.get("fulfilment") or "").lower()
    is_sent = sent in ("fulfilled", "shipped")
    row["payment"] = (
        "refunded"
        if "refunded" in paid or paid == "voided"
        else "paid"
        if paid in ("paid", "partially_paid")
        else "pending"
    )
    row["fulfilment"] = "shipped" if is_sent else "unfulfilled"
    if row.get("cancelled_at"):
        row["status"] = "cancelled"
    else:
        row["status"] = "completed" if is_sent and row["payment"] != "pending" else "open"
    return row
