"""Bodies of webhooks as the shop systems document them, with made-up people and goods."""

import copy

SHOPIFY_CUSTOMER = {
    "id": 706405506930370084,
    "email": "mika.lindqvist@example.com",
    "created_at": "2026-03-01T10:00:00-05:00",
    "updated_at": "2026-03-02T10:00:00-05:00",
    "first_name": "Mika",
    "last_name": "Lindqvist",
    "orders_count": 0,
    "state": "enabled",
    "total_spent": "0.00",
    "note": None,
    "verified_email": True,
    "tax_exempt": False,
    "tags": "wholesale, north",
    "currency": "EUR",
    "phone": "+46705550101",
    "addresses": [],
    "email_marketing_consent": {
        "state": "subscribed",
        "opt_in_level": None,
        "consent_updated_at": "2026-03-01T10:00:00-05:00",
    },
    "default_address": {
        "id": 1,
        "first_name": "Mika",
        "last_name": "Lindqvist",
        "company": "Norrsken AB",
        "city": "Umeå",
        "country": "Sweden",
        "country_code": "SE",
    },
    "admin_graphql_api_id": "gid://shopify/Customer/706405506930370084",
}
SHOPIFY_ORDER = {
    "id": 820982911946154508,
    "name": "#9999",
    "order_number": 1234,
    "email": "mika.lindqvist@example.com",
    "created_at": "2026-03-05T09:30:00-05:00",
    "processed_at": "2026-03-05T09:30:00-05:00",
    "updated_at": "2026-03-05T09:31:00-05:00",
    "cancelled_at": None,
    "currency": "EUR",
    "financial_status": "paid",
    "fulfillment_status": None,
    "subtotal_price": "36.00",
    "total_discounts": "4.00",
    "total_tax": "7.20",
    "total_price": "48.20",
    "total_shipping_price_set": {
        "shop_money": {"amount": "5.00", "currency_code": "EUR"},
        "presentment_money": {"amount": "5.00", "currency_code": "EUR"},
    },
    "customer": {"id": 706405506930370084, "email": "mika.lindqvist@example.com"},
    "billing_address": {"name": "Mika Lindqvist", "country": "Sweden", "country_code": "SE"},
    "shipping_address": {"name": "Mika Lindqvist", "country": "Sweden", "country_code": "SE"},
    "line_items": [
        {
            "id": 866550311766439020,
            "name": "Kettle - Blue",
            "title": "Kettle",
            "sku": "KET-BLUE",
            "quantity": 1,
            "price": "30.00",
            "product_id": 788032119674292922,
            "variant_id": 1,
            "total_discount": "0.00",
        },
        {
            "id": 141249953214522974,
            "name": "Mug",
            "title": "Mug",
            "sku": "MUG",
            "quantity": 2,
            "price": "5.00",
            "product_id": 788032119674292923,
            "variant_id": 2,
            "total_discount": "0.00",
        },
    ],
    "refunds": [],
}
SHOPIFY_PRODUCT = {
    "id": 788032119674292922,
    "title": "Kettle",
    "body_html": "<p>Boils <b>fast</b>.</p>",
    "vendor": "Hearth",
    "product_type": "Kitchen",
    "handle": "kettle",
    "status": "active",
    "created_at": "2026-02-01T09:00:00-05:00",
    "updated_at": "2026-03-01T09:00:00-05:00",
    "tags": "",
    "variants": [
        {"id": 1, "title": "Blue", "option1": "Blue", "option2": None, "option3": None,
         "sku": "KET-BLUE", "price": "30.00", "inventory_quantity": 7},
        {"id": 3, "title": "Red", "option1": "Red", "option2": None, "option3": None,
         "sku": "KET-RED", "price": "32.00", "inventory_quantity": 0},
    ],
}  # fmt: skip
SHOPIFY_REFUND = {
    "id": 890088186047892319,
    "order_id": 820982911946154508,
    "created_at": "2026-03-09T12:00:00-05:00",
    "processed_at": "2026-03-09T12:00:00-05:00",
    "note": "Things were damaged",
    "refund_line_items": [
        {
            "id": 487817672276298627,
            "quantity": 1,
            "line_item_id": 141249953214522974,
            "restock_type": "return",
            "subtotal": 4.5,
            "total_tax": 0.9,
            "line_item": {"id": 141249953214522974, "sku": "MUG", "name": "Mug", "price": "5.00"},
        }
    ],
    "transactions": [
        {"id": 245135271310201194, "kind": "refund", "status": "success", "amount": "5.40",
         "currency": "EUR", "gateway": "bogus"}
    ],
    "order_adjustments": [],
}  # fmt: skip
WOO_CUSTOMER = {
    "id": 25,
    "date_created_gmt": "2026-03-01T16:09:28",
    "date_modified_gmt": "2026-03-02T16:09:30",
    "email": "aino.virta@example.com",
    "first_name": "Aino",
    "last_name": "Virta",
    "role": "customer",
    "username": "aino.virta",
    "billing": {"first_name": "Aino", "last_name": "Virta", "company": "Virta Oy", "city": "Oulu",
                "country": "FI", "email": "aino.virta@example.com", "phone": "+358405550101"},
    "is_paying_customer": False,
    "meta_data": [],
}  # fmt: skip
WOO_ORDER = {
    "id": 727,
    "number": "727",
    "status": "processing",
    "currency": "EUR",
    "date_created_gmt": "2026-03-22T19:28:02",
    "date_modified_gmt": "2026-03-22T19:28:08",
    "discount_total": "0.00",
    "shipping_total": "10.00",
    "total": "31.35",
    "total_tax": "1.35",
    "prices_include_tax": False,
    "customer_id": 25,
    "billing": {"first_name": "Aino", "last_name": "Virta", "email": "aino.virta@example.com",
                "country": "FI"},
    "payment_method": "bacs",
    "line_items": [
        {"id": 315, "name": "Woolen hat", "product_id": 93, "variation_id": 0, "quantity": 2,
         "sku": "HAT", "price": 10, "subtotal": "20.00", "total": "20.00", "total_tax": "1.35"}
    ],
    "shipping_lines": [{"id": 317, "method_title": "Flat Rate", "total": "10.00"}],
    "refunds": [],
}  # fmt: skip
WOO_PRODUCT = {
    "id": 93,
    "name": "Woolen hat",
    "slug": "woolen-hat",
    "type": "simple",
    "status": "publish",
    "date_modified_gmt": "2026-03-01T10:00:00",
    "description": "<p>Warm.</p>",
    "short_description": "",
    "sku": "HAT",
    "price": "10.00",
    "regular_price": "12.00",
    "sale_price": "10.00",
    "stock_quantity": 4,
    "categories": [{"id": 9, "name": "Clothing", "slug": "clothing"}],
}


def but(shape, **changed):
    """A copy with other values."""
    return copy.deepcopy(shape) | changed
