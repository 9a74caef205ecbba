"""Shopify's webhooks, in the words of its export, which the importer reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from customers.connectors.told import Change, Refund, Told, first, key_of, moment, part, parts
from customers.imports.layouts.shopify import (
    ShopifyCustomers,
    ShopifyOrders,
    ShopifyProducts,
    money,
)
from customers.imports.table import Row

ID, TOPIC, SIGNATURE = "X-Shopify-Webhook-Id", "X-Shopify-Topic", "X-Shopify-Hmac-Sha256"
TRIGGERED_AT = "X-Shopify-Triggered-At"
CUSTOMERS, ORDERS, PRODUCTS = ShopifyCustomers(), ShopifyOrders(), ShopifyProducts()


def change_of(topic: str, told: Told) -> Change | None:
    """What a webhook of this topic tells; None for topics that are not ours."""
    noun, _slash, verb = topic.partition("/")
    if noun in NOUNS and verb in ("delete", "deleted"):
        return Change(NOUNS[noun], key_of(told), None, is_deleted=True)
    reader = READERS.get(noun)
    return reader(told) if reader else None


def _customer(told: Told) -> Change:
    key, home = key_of(told), part(told, "default_address")
    consent = part(told, "email_marketing_consent").get("state")
    row: Row = {
        "external_id": key,
        "first_name": told.get("first_name"),
        "last_name": told.get("last_name"),
        "email": told.get("email"),
        "phone": first(told.get("phone"), home.get("phone")),
        "company": home.get("company"),
        "country": home.get("country_code"),
        "city": home.get("city"),
        "tags": told.get("tags"),
        "marketing_consent": consent == "subscribed",
    }
    version, columns = moment(told.get("updated_at")), tuple(row)
    rows = [CUSTOMERS.adapt(row, {}, {})]
    return Change("customer", key, version, False, CUSTOMERS, rows, columns, [key])


def _order(told: Told) -> Change:
    buyer, billing = part(told, "customer"), part(told, "billing_address")
    shipped = part(part(told, "total_shipping_price_set"), "shop_money").get("amount")
    number = str(first(told.get("name"), told.get("order_number"), told.get("id")))
    of_order = {
        "order": number,
        "placed_at": first(told.get("processed_at"), told.get("created_at")),
        "email": first(told.get("email"), told.get("contact_email"), buyer.get("email")),
        "customer": first(buyer.get("id")),
        "customer_name": billing.get("name"),
        "country": first(
            billing.get("country_code"), part(told, "shipping_address").get("country_code")
        ),
        "currency": told.get("currency"),
        "payment": told.get("financial_status"),
        "fulfilment": told.get("fulfillment_status"),
        "cancelled_at": told.get("cancelled_at"),
    }
    charges = {  # as in the export, with the first item alone
        "shipping": shipped,
        "discount": told.get("total_discounts"),
        "subtotal": told.get("subtotal_price"),
        "total": told.get("total_price"),
    }
    memory: dict[str, Any] = {}
    rows: list[Row] = []
    for one in parts(told, "line_items"):
        row = {**of_order, **({} if rows else charges), **_item(one)}
        rows.append(ORDERS.adapt(row, {}, memory))
    version = moment(told.get("updated_at"))
    return Change("order", key_of(told), version, False, ORDERS, rows, tuple(of_order), [number])


def _item(told: Told) -> Row:
    return {
        "product": told.get("sku"),
        "description": first(told.get("name"), told.get("title")),
        "quantity": told.get("quantity"),
        "unit_price": told.get("price"),
    }


def _product(told: Told) -> Change:
    memory: dict[str, Any] = {}
    of_product = {
        "handle": first(told.get("handle"), told.get("id")),
        "name": told.get("title"),
        "description": told.get("body_html"),
        "brand": told.get("vendor"),
        "category": told.get("product_type"),
    }
    rows: list[Row] = []
    for one in parts(told, "variants"):
        variant = {
            "option": one.get("option1"),
            "option2": one.get("option2"),
            "option3": one.get("option3"),
            "sku": one.get("sku"),
            "price": one.get("price"),
            "stock": one.get("inventory_quantity"),
        }
        rows.append(PRODUCTS.adapt({**of_product, **variant}, {}, memory))
    columns = ("external_id", "name", "description", "brand", "category", "sku", "price", "stock")
    keys = [str(row["external_id"]) for row in rows]
    active = told.get("status") in (None, "active")
    version = moment(told.get("updated_at"))
    return Change("product", key_of(told), version, False, PRODUCTS, rows, columns, keys, active)


def _refund(told: Told) -> Change:
    key, lines = key_of(told), [_back(one) for one in parts(told, "refund_line_items")]
    paid = [
        one
        for one in parts(told, "transactions")
        if one.get("kind") == "refund" and one.get("status") in (None, "success")
    ]
    worth = sum((Decimal(-one["quantity"]) * money(one, "unit_price") for one in lines), Decimal(0))
    amount = sum((money(dict(one), "amount") for one in paid), Decimal(0)) or worth
    refund = Refund(
        key,
        str(told.get("order_id")),
        first(told.get("processed_at"), told.get("created_at")),
        str(amount),
        str(first(*(one.get("currency") for one in paid))),
        lines,
    )
    version = moment(told.get("created_at"))
    return Change("refund", key, version, refunds=[refund])


def _back(told: Told) -> Row:
    """A line that comes back: what was paid for it, discounts taken off."""
    item, quantity = part(told, "line_item"), int(told.get("quantity") or 0)
    each = money(dict(told), "subtotal") / quantity if quantity else Decimal(0)
    return _item(item) | {"quantity": -quantity, "unit_price": str(round(each, 4))}


NOUNS: Mapping[str, str] = {"customers": "customer", "orders": "order", "products": "product"}
READERS: Mapping[str, Callable[[Told], Change]] = {
    "customers": _customer,
    "orders": _order,
    "products": _product,
    "refunds": _refund,
}
