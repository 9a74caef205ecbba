"""Shops hear what becomes of their orders, where an admin turned that on."""

import json

import pytest
from django.core.exceptions import ValidationError

from customers.connectors.status import tell_due
from customers.models import EgressRecord, Order, ShopStatus, SourceVersion
from tests.customers.connectors.shapes import SHOPIFY_ORDER, but
from tests.customers.connectors.test_shop_webhooks import taken
from tests.factories import ConnectorFactory, OrderFactory
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.SHOP_SECRETS = {"STORE_SHOP_SECRET": "hush", "API_SHOP_SECRET": "ck_1:cs_2"}


def shop_at(receiver, **named):
    return ConnectorFactory(
        source="shop",
        sends_status=True,
        address=f"http://127.0.0.1:{receiver.port}",
        token_variable="API_SHOP_SECRET",
        on_own_network=True,
        **named,
    )


def sold():
    """An order that a webhook told."""
    order = OrderFactory(source="shop", external_id="#1", fulfilment="unfulfilled", payment="paid")
    SourceVersion.objects.advance("order", "shop", {"820": order.placed_at})
    SourceVersion.objects.known_as("order", "shop", "820", ["#1"])
    return order


def test_woocommerce_is_told_that_an_order_was_shipped_and_it_is_in_the_ledger():
    with Receiver() as receiver:
        shop_at(receiver, kind="woocommerce")
        order = sold()
        Order.objects.filter(pk=order.pk).update(fulfilment="shipped")
        assert tell_due() == 1
    headers, body, path = receiver.taken[0]
    assert (path, json.loads(body)) == ("/wp-json/wc/v3/orders/820", {"status": "completed"})
    assert headers["authorization"] == "Basic Y2tfMTpjc18y"
    record = EgressRecord.objects.get()
    assert (record.feature, record.outcome, record.status) == ("shop", "done", 200)
    assert "cs_2" not in str(EgressRecord.objects.values())
    assert ShopStatus.objects.get().status == "told"


def test_shopify_is_told_of_a_refund_by_a_metafield():
    with Receiver() as receiver:
        shop_at(receiver, kind="shopify")
        order = sold()
        Order.objects.filter(pk=order.pk).update(refunded_total=5)
        tell_due()
    headers, body, path = receiver.taken[0]
    assert path.endswith("/orders/820/metafields.json")
    assert json.loads(body)["metafield"]["value"] == "refunded"
    assert headers["x-shopify-access-token"] == "ck_1:cs_2"


def test_a_shop_that_fails_is_told_again():
    with Receiver(lambda *_: 500) as receiver:
        shop_at(receiver, kind="woocommerce")
        Order.objects.filter(pk=sold().pk).update(fulfilment="shipped")
        assert tell_due() == 0
        status = ShopStatus.objects.get()
        assert (status.status, status.error, status.attempts) == ("pending", "HTTP 500", 1)
        assert tell_due() == 0
        assert len(receiver.calls) == 1  # it is not due yet
        assert EgressRecord.objects.get().outcome == "refused"


def test_what_the_shop_told_itself_is_not_told_back(client):
    with Receiver() as receiver:
        shop = shop_at(receiver, kind="shopify")
        taken(client, shop, "orders/create", SHOPIFY_ORDER)
        later = but(
            SHOPIFY_ORDER, updated_at="2027-01-01T00:00:00Z", fulfillment_status="fulfilled"
        )
        assert taken(client, shop, "orders/fulfilled", later).status == "taken"
        assert Order.objects.get().fulfilment == "shipped"
        assert not ShopStatus.objects.exists()


def test_nobody_is_told_where_it_is_not_turned_on():
    ConnectorFactory(source="shop", sends_status=False)
    Order.objects.filter(pk=sold().pk).update(fulfilment="shipped")
    assert not ShopStatus.objects.exists()


def test_a_form_wants_an_address_and_a_token_of_a_public_shop():
    for named in ({}, {"address": "https://127.0.0.1"}, {"address": "http://example.com"}):
        with pytest.raises(ValidationError):
            ConnectorFactory.build(sends_status=True, **named).clean()
