"""Webhooks of Shopify and WooCommerce: signed, stored, read once, older never over newer."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from customers.connectors import taking
from customers.connectors.systems import signature_of
from customers.connectors.taking import PATIENCE, take_due
from customers.models import Customer, InboundWebhook, JournalEntry, Order, Product, SourceVersion
from tests.customers.connectors.shapes import (
    SHOPIFY_CUSTOMER,
    SHOPIFY_ORDER,
    SHOPIFY_PRODUCT,
    SHOPIFY_REFUND,
    WOO_CUSTOMER,
    WOO_ORDER,
    WOO_PRODUCT,
    but,
)
from tests.factories import ConnectorFactory

pytestmark = pytest.mark.django_db
SECRET = "hush"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.SHOP_SECRETS = {"STORE_SHOP_SECRET": SECRET}


@pytest.fixture
def shopify():
    return ConnectorFactory(kind="shopify", source="shop")


@pytest.fixture
def woo():
    return ConnectorFactory(kind="woocommerce", source="woo")


def call(client, shop, topic, told, *, name="", secret=SECRET, **headers):
    """A webhook, as the shop system sends it."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    own = "X-Shopify" if shop.kind == "shopify" else "X-WC-Webhook"
    names = (
        ("Topic", "Hmac-Sha256", "Webhook-Id")
        if shop.kind == "shopify"
        else ("Topic", "Signature", "Delivery-ID")
    )
    values = (topic, signature_of(secret, body), name or str(random.random()))
    sent = {f"{own}-{one}": value for one, value in zip(names, values, strict=True)}
    path = f"/connectors/{shop.pk}/webhook/"
    return client.post(path, body, content_type="application/json", headers=sent | headers)


def taken(client, shop, topic, told, **named):
    """Call, and have it read; the webhook."""
    assert call(client, shop, topic, told, **named).status_code == 200
    take_due()
    return InboundWebhook.objects.order_by("-id").first()


def lines_of(order):
    return [
        (line.description, line.quantity, line.unit_price, line.kind) for line in order.lines.all()
    ]


def test_a_customer_of_shopify_is_made_changed_and_written_down(client, shopify):
    webhook = taken(client, shopify, "customers/create", SHOPIFY_CUSTOMER)
    assert webhook.status == "taken"
    made = Customer.objects.get(source="shop", external_id="706405506930370084")
    assert (made.name, made.email, made.phone) == (
        *("Mika Lindqvist", "mika.lindqvist@example.com", "+46705550101"),
    )
    assert (made.country, made.city, made.company) == ("SE", "Umeå", "Norrsken AB")
    assert (made.tags, made.marketing_consent) == (["wholesale", "north"], True)
    assert webhook.entry.kind == JournalEntry.Kind.IMPORTED
    told = but(SHOPIFY_CUSTOMER, updated_at="2026-04-01T10:00:00-05:00", phone=None)
    told["email_marketing_consent"] = {"state": "unsubscribed"}
    taken(client, shopify, "customers/update", told)
    made.refresh_from_db()
    assert (made.phone, made.marketing_consent) == ("", False)


def test_an_order_of_shopify_has_the_total_of_the_shop_and_the_key_of_its_export(client, shopify):
    taken(client, shopify, "customers/create", SHOPIFY_CUSTOMER)
    taken(client, shopify, "orders/create", SHOPIFY_ORDER)
    order = Order.objects.get(source="shop", external_id="#9999")
    assert order.total == Decimal("48.20")
    assert sorted(lines_of(order)) == [
        ("Discount", 1, Decimal("-4"), "charge"),
        ("Kettle - Blue", 1, Decimal("30"), "product"),
        ("Mug", 2, Decimal("5"), "product"),
        ("Shipping", 1, Decimal("5"), "charge"),
        ("Taxes", 1, Decimal("7.2"), "charge"),
    ]
    assert order.customer == Customer.objects.get(source="shop")
    assert order.customer.spent_total == Decimal("48.20")
    assert (order.status, order.payment, order.fulfilment) == ("open", "paid", "unfulfilled")
    later = but(
        SHOPIFY_ORDER, updated_at="2026-03-07T00:00:00-05:00", fulfillment_status="fulfilled"
    )
    taken(client, shopify, "orders/fulfilled", later)
    order.refresh_from_db()
    assert (order.status, order.fulfilment, order.lines.count()) == ("completed", "shipped", 5)


def test_a_product_of_shopify_is_one_for_each_variant_and_ends_with_it(client, shopify):
    taken(client, shopify, "products/create", SHOPIFY_PRODUCT)
    rows = Product.objects.filter(source="shop").order_by("sku")
    assert [(row.name, row.price, row.stock, row.is_active) for row in rows] == [
        ("Kettle - Blue", Decimal(30), 7, True),
        ("Kettle - Red", Decimal(32), 0, True),
    ]
    assert {row.description for row in rows} == {"Boils fast."}
    taken(client, shopify, "products/delete", {"id": SHOPIFY_PRODUCT["id"]})
    assert set(rows.values_list("is_active", flat=True)) == {False}


def test_a_refund_is_a_return_of_its_order_and_waits_for_it(client, shopify):
    webhook = taken(client, shopify, "refunds/create", SHOPIFY_REFUND)
    assert (webhook.status, webhook.attempts) == ("stored", 1)
    assert "not here yet" in webhook.error
    taken(client, shopify, "orders/create", SHOPIFY_ORDER)
    InboundWebhook.objects.update(due_at=timezone.now())
    take_due()
    webhook.refresh_from_db()
    assert webhook.status == "taken"
    sold = Order.objects.get(external_id="#9999")
    back = sold.returns.get()
    assert (back.kind, back.total, back.customer) == ("return", Decimal("-5.40"), sold.customer)
    assert [line.quantity for line in back.lines.all()] == [-1, -1]
    assert sold.customer.spent_total == Decimal("42.80")


def test_woocommerce_brings_its_customers_orders_products_and_refunds(client, woo):
    taken(client, woo, "product.created", WOO_PRODUCT)
    taken(client, woo, "customer.created", WOO_CUSTOMER)
    taken(client, woo, "order.created", WOO_ORDER)
    product = Product.objects.get(source="woo")
    assert (product.external_id, product.name, product.price) == ("HAT", "Woolen hat", Decimal(10))
    assert (product.description, product.category, product.stock) == ("Warm.", "Clothing", 4)
    order = Order.objects.get(source="woo", external_id="727")
    assert (order.total, order.payment) == (Decimal("31.35"), "paid")
    assert (order.customer.external_id, order.customer.company) == ("25", "Virta Oy")
    assert order.placed_at == datetime(2026, 3, 22, 19, 28, 2, tzinfo=UTC)
    later = but(
        WOO_ORDER,
        date_modified_gmt="2026-03-25T10:00:00",
        status="completed",
        refunds=[{"id": 8, "reason": "too small", "total": "-10.00"}],
    )
    taken(client, woo, "order.updated", later)
    order.refresh_from_db()
    assert order.fulfilment == "shipped"
    assert order.returns.get().total == Decimal("-10")
    taken(client, woo, "order.deleted", {"id": 727})
    order.refresh_from_db()
    assert order.status == "cancelled"


@pytest.mark.parametrize("secret", ["", "other"])
def test_a_call_with_a_wrong_signature_leaves_nothing(client, shopify, secret):
    assert call(client, shopify, "orders/create", SHOPIFY_ORDER, secret=secret).status_code == 401
    assert not InboundWebhook.objects.exists()


def test_a_changed_byte_is_refused(client, shopify):
    body = json.dumps(SHOPIFY_ORDER).encode()
    signature = signature_of(SECRET, body)
    headers = {"X-Shopify-Hmac-Sha256": signature, "X-Shopify-Topic": "orders/create"}
    path = f"/connectors/{shopify.pk}/webhook/"
    changed = body.replace(b"48.20", b"48.21")
    answer = client.post(path, changed, content_type="application/json", headers=headers)
    assert answer.status_code == 401


def test_without_the_secret_or_when_inactive_nothing_is_taken(client, shopify, settings):
    settings.SHOP_SECRETS = {}
    assert call(client, shopify, "orders/create", SHOPIFY_ORDER).status_code == 503
    shopify.is_active = False
    shopify.save()
    assert call(client, shopify, "orders/create", SHOPIFY_ORDER).status_code == 404


def test_the_same_webhook_is_taken_once(client, shopify):
    answers = [
        call(client, shopify, "customers/create", SHOPIFY_CUSTOMER, name="b1").json()
        for _ in range(3)
    ]
    assert answers == [{"new": True}, {"new": False}, {"new": False}]
    assert take_due() == 1
    assert Customer.objects.filter(source="shop").count() == 1


def test_what_cannot_be_read_is_kept_with_its_reason_and_read_again_on_request(client, shopify):
    for told in (b"[1]", b"{", b'{"title": "no id"}'):
        webhook = taken(client, shopify, "products/create", told)
        assert webhook.status == "failed"
        assert webhook.error
    broken = but(SHOPIFY_ORDER, line_items=[SHOPIFY_ORDER["line_items"][0] | {"quantity": "x"}])
    webhook = taken(client, shopify, "orders/create", broken)
    assert (webhook.status, "quantity" in webhook.error) == ("failed", True)
    assert not Order.objects.exists()
    assert not SourceVersion.objects.exists()  # undone with the rest
    assert webhook.retry()
    take_due()
    webhook.refresh_from_db()
    assert webhook.status == "failed"


def test_topics_that_are_not_ours_are_noted_and_left(client, shopify, woo):
    assert taken(client, shopify, "app/uninstalled", {"id": 1}).status == "ignored"
    assert taken(client, woo, "coupon.created", {"id": 1}).status == "ignored"
    answer = client.post(
        f"/connectors/{woo.pk}/webhook/",
        "webhook_id=5",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200  # the ping of WooCommerce, which is not signed
    assert InboundWebhook.objects.count() == 2


def test_a_webhook_that_ends_its_worker_is_set_aside(shopify, client, monkeypatch):
    call(client, shopify, "orders/create", SHOPIFY_ORDER)
    monkeypatch.setattr(taking, "_taken", lambda _row: (_ for _ in ()).throw(SystemExit))
    for _turn in range(len(PATIENCE) + 1):
        with pytest.raises(SystemExit):
            take_due()
        InboundWebhook.objects.update(due_at=timezone.now())
    take_due()
    webhook = InboundWebhook.objects.get()
    assert (webhook.status, "worker" in webhook.error) == ("failed", True)


def shuffled_customers(n, updates, dice):
    """Updates of `n` customers in any order, some twice; and the newest city of each."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    told, newest = [], {}
    for turn in range(updates):
        key, at = turn % n, start + timedelta(minutes=turn)
        home = WOO_CUSTOMER["billing"] | {"city": f"city {turn}"}
        body = but(WOO_CUSTOMER, id=key, email=f"c{key}@example.com", billing=home)
        body["date_modified_gmt"] = at.strftime("%Y-%m-%dT%H:%M:%S")
        told += [body] * dice.choice([1, 1, 2])
        newest[str(key)] = f"city {turn}"
    dice.shuffle(told)
    return told, newest


def test_older_data_never_overwrites_newer(client, woo, figure):
    told, newest = shuffled_customers(10, 100, random.Random(15))
    for place, body in enumerate(told):
        call(client, woo, "customer.updated", body, name=f"d{place}")
    InboundWebhook.objects.update(due_at=timezone.now())
    take_due()
    final = dict(Customer.objects.filter(source="woo").values_list("external_id", "city"))
    right = sum(final[key] == city for key, city in newest.items())
    figure(f" {len(told)} updates of {len(newest)} customers, shuffled: newest {right}")
    assert final == newest
    assert InboundWebhook.objects.filter(status="outdated").exists()


def test_without_the_guard_older_data_would_win(client, woo, monkeypatch):
    """The control."""
    told, newest = shuffled_customers(5, 40, random.Random(15))
    monkeypatch.setattr(
        "customers.models.source_version.SourceVersionQuerySet.advance",
        lambda _self, _kind, _source, versions, **_: set(versions),
    )
    for place, body in enumerate(told):
        call(client, woo, "customer.updated", body, name=f"d{place}")
    take_due()
    final = dict(Customer.objects.filter(source="woo").values_list("external_id", "city"))
    assert final != newest


def test_what_is_deleted_does_not_come_back_by_an_older_message(client, shopify):
    taken(client, shopify, "products/create", SHOPIFY_PRODUCT)
    at = {"X-Shopify-Triggered-At": "2026-05-01T00:00:00Z"}
    taken(client, shopify, "products/delete", {"id": SHOPIFY_PRODUCT["id"]}, **at)
    late = but(SHOPIFY_PRODUCT, updated_at="2026-04-01T00:00:00Z", title="Late")
    assert taken(client, shopify, "products/update", late).status == "outdated"
    assert not Product.objects.filter(is_active=True).exists()
    again = but(SHOPIFY_PRODUCT, updated_at="2026-06-01T00:00:00Z")
    assert taken(client, shopify, "products/update", again).status == "taken"
    assert Product.objects.filter(is_active=True).count() == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_writers_of_one_record_take_their_turns():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(seconds=turn) for turn in range(40)]
    random.Random(3).shuffle(moments)

    def advance(moment):
        try:
            return bool(SourceVersion.objects.advance("order", "s", {"1": moment}))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        accepted = list(pool.map(advance, moments))
    assert SourceVersion.objects.get().version_at == max(moments)
    assert accepted[moments.index(max(moments))]
