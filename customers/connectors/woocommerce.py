"""WooCommerce's webhooks, in the words of its export, which the importer reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from customers.connectors.told import Change, Refund, Told, first, key_of, moment, part, parts
from customers.imports.layouts.shopify import money
from customers.imports.layouts.woocommerce import WooCustomers, WooOrders, WooProducts
from customers.imports.table import Row

ID, TOPIC = "X-WC-Webhook-Delivery-ID", "X-WC-Webhook-Topic"
SIGNATURE, TRIGGERED_AT = "X-WC-Webhook-Signature", ""
CUSTOMERS, ORDERS, PRODUCTS = WooCustomers(), WooOrders(), WooProducts()


def change_of(topic: str, told: Told) -> Change | None:
    """What a webhook of this topic tells; None for topics that are not ours."""
    noun, _dot, verb = topic.partition(".")
    if noun not in READERS:
        return None
    if verb == "deleted":
        return Change(noun, key_of(told), None, is_deleted=True)
    return READERS[noun](told)


def _customer(told: Told) -> Change:
    key, billing = key_of(told), part(told, "billing")
    row: Row = {
        "external_id": key,
        "first_name": first(told.get("first_name"), billing.get("first_name")),
        "last_name": first(told.get("last_name"), billing.get("last_name")),
        "email": first(told.get("email"), billing.get("email")),
        "phone": billing.get("phone"),
        "company": billing.get("company"),
        "country": billing.get("country"),
        "city": billing.get("city"),
    }
    return Change("customer", key, _version(told), False, CUSTOMERS, [row], tuple(row), [key])


def _order(told: Told) -> Change:
    billing, number = part(told, "billing"), str(first(told.get("number"), told.get("id")))
    of_order = {
        "order": number,
        "placed_at": first(told.get("date_created_gmt"), told.get("date_created")),
        "status": told.get("status"),
        "customer": told.get("customer_id"),
        "email": billing.get("email"),
        "first_name": billing.get("first_name"),
        "last_name": billing.get("last_name"),
        "country": billing.get("country"),
        "currency": told.get("currency"),
        "shipping": told.get("shipping_total"),
        "taxes": told.get("total_tax"),
    }
    memory: dict[str, Any] = {}
    rows = [
        ORDERS.adapt({**of_order, **_item(one)}, {}, memory) for one in parts(told, "line_items")
    ]
    refunds = [_refund(told, one) for one in parts(told, "refunds")]
    return Change(
        *("order", key_of(told), _version(told), False, ORDERS, rows, tuple(of_order), [number]),
        refunds=refunds,
    )


def _item(told: Told) -> Row:
    return {
        "product": told.get("sku"),
        "description": told.get("name"),
        "quantity": told.get("quantity"),
        "unit_price": str(first(told.get("price"))),
        "item_total": told.get("total"),
    }


def _refund(order: Told, told: Told) -> Refund:
    """An order lists its refunds with their sums alone."""
    amount, at = str(abs(money(dict(told), "total"))), order.get("date_modified_gmt")
    currency = str(first(order.get("currency")))
    return Refund(key_of(told), key_of(order), at, amount, currency)


def _product(told: Told) -> Change:
    kinds = [str(one.get("name")) for one in parts(told, "categories")]
    row: Row = {
        "external_id": key_of(told),
        "sku": told.get("sku"),
        "name": told.get("name"),
        "description": told.get("description"),
        "short": told.get("short_description"),
        "category": first(*kinds).replace(",", " "),
        "brand": first(*(one.get("name") for one in parts(told, "brands"))),
        "price": told.get("sale_price"),
        "regular": first(told.get("regular_price"), told.get("price")),
        "stock": told.get("stock_quantity"),
    }
    columns = tuple(row)
    rows = [PRODUCTS.adapt(row, {}, {})]
    keys = [str(rows[0]["external_id"])]
    active = told.get("status") in (None, "publish")
    return Change(
        *("product", key_of(told), _version(told), False, PRODUCTS, rows, columns, keys, active)
    )


def _version(told: Told) -> Any:
    return moment(first(told.get("date_modified_gmt"), told.get("date_created_gmt")))


READERS: Mapping[str, Callable[[Told], Change]] = {
    "customer": _customer,
    "order": _order,
    "product": _product,
}
