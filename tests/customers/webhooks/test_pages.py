"""The pages on which admins make, watch, rotate and replay webhooks, and set up shops."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import (
    Connector,
    InboundWebhook,
    JournalEntry,
    WebhookDelivery,
    WebhookEndpoint,
)
from customers.webhooks.retention import forget_old
from customers.webhooks.signing import secret_of
from tests.factories import (
    ConnectorFactory,
    InboundWebhookFactory,
    UserFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)
from tests.factories.noon import NOON

pytestmark = pytest.mark.django_db
SAID = {
    "name": "ERP",
    "address": "https://erp.example.com/hook",
    "is_active": "on",
    "event_types": ["order.created", "order.updated"],
}


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(username="admin", role="admin"))
    return client


def test_a_webhook_is_made_and_its_secret_shown_on_that_one_page(admin):
    page = admin.post("/webhooks/new/", SAID)
    endpoint = WebhookEndpoint.objects.get()
    secret = secret_of(endpoint)
    assert page.status_code == 201
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert endpoint.event_types == SAID["event_types"]
    assert secret not in admin.get(f"/webhooks/{endpoint.pk}/").content.decode()
    assert JournalEntry.objects.get().note == "ERP"


def test_a_form_with_mistakes_keeps_what_was_typed(admin):
    page = admin.post("/webhooks/new/", SAID | {"address": "https://10.0.0.1/"})
    assert page.status_code == 422
    assert 'value="https://10.0.0.1/"' in page.content.decode()
    assert "private network" in page.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_a_webhook_is_changed_tried_and_rotated(admin):
    endpoint = WebhookEndpointFactory()
    before = secret_of(endpoint)
    path = f"/webhooks/{endpoint.pk}/"
    assert admin.post(path, SAID | {"name": "Other"}).status_code == 302
    admin.post(f"{path}try/")
    assert WebhookDelivery.objects.get().event.type == "webhook.test"
    page = admin.post(f"{path}rotate/", {"overlap_hours": 24})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.previous_salt != "") == ("Other", True)
    assert secret_of(endpoint) in page.content.decode()
    assert secret_of(endpoint) != before
    assert admin.post(f"{path}rotate/", {"overlap_hours": -1}).status_code == 302
    admin.post(path, {**SAID, "is_active": ""})
    admin.post(f"{path}try/")
    assert WebhookDelivery.objects.count() == 1


def test_one_or_all_that_was_given_up_is_sent_again(admin):
    endpoint = WebhookEndpointFactory()
    rows = [WebhookDeliveryFactory(endpoint=endpoint, status="failed", attempts=10)
            for _ in range(3)]  # fmt: skip
    page = admin.get(f"/webhooks/{endpoint.pk}/?status=failed").content.decode()
    assert str(rows[0].event.uuid) in page
    admin.post(f"/webhooks/deliveries/{rows[0].pk}/replay/")
    assert list(WebhookDelivery.objects.pending()) == [rows[0]]
    admin.post(f"/webhooks/{endpoint.pk}/replay/")
    assert WebhookDelivery.objects.pending().count() == 3
    assert set(WebhookDelivery.objects.values_list("attempts", flat=True)) == {0}


def test_the_log_costs_as_many_queries_for_thirty_rows_as_for_one(admin):
    endpoint, shop = WebhookEndpointFactory(), ConnectorFactory()
    paths = (f"/webhooks/{endpoint.pk}/", f"/connectors/{shop.pk}/")

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert [admin.get(path).status_code for path in paths] == [200, 200]
        return len(captured)

    WebhookDeliveryFactory(endpoint=endpoint)
    InboundWebhookFactory(connector=shop)
    cost()
    once = cost()
    WebhookDeliveryFactory.create_batch(29, endpoint=endpoint)
    InboundWebhookFactory.create_batch(29, connector=shop)
    assert cost() == once


@pytest.mark.parametrize("role", ["agent", "manager", "partner"])
def test_others_see_and_change_nothing(client, role):
    delivery = WebhookDeliveryFactory(status="failed")
    webhook = InboundWebhookFactory(status="failed")
    client.force_login(UserFactory(role=role))
    pk, shop = delivery.endpoint_id, webhook.connector_id
    for path in ("/webhooks/", "/webhooks/new/", f"/webhooks/{pk}/", f"/connectors/{shop}/",
                 "/connectors/", "/connectors/new/"):  # fmt: skip
        assert client.get(path).status_code == 403
    for path in (f"/webhooks/{pk}/try/", f"/webhooks/{pk}/rotate/", f"/webhooks/{pk}/replay/",
                 f"/webhooks/deliveries/{delivery.pk}/replay/",
                 f"/connectors/webhooks/{webhook.pk}/retry/"):  # fmt: skip
        assert client.post(path).status_code == 403
    delivery.refresh_from_db()
    assert delivery.status == "failed"


def test_a_shop_is_added_and_what_failed_is_read_again(admin, settings):
    said = {"name": "Store", "kind": "shopify", "source": "store", "is_active": "on"}
    page = admin.post("/connectors/new/", said | {"secret_variable": "SECRET_KEY"})
    assert page.status_code == 422
    assert "ends in _SHOP_SECRET" in page.content.decode()
    said["secret_variable"] = "STORE_SHOP_SECRET"
    assert admin.post("/connectors/new/", said).status_code == 302
    shop = Connector.objects.get()
    shown = admin.get(f"/connectors/{shop.pk}/").content.decode()
    assert f"/connectors/{shop.pk}/webhook/" in shown
    assert "no webhook is taken" in shown
    settings.SHOP_SECRETS = {"STORE_SHOP_SECRET": "hush"}
    assert "no webhook is taken" not in admin.get(f"/connectors/{shop.pk}/").content.decode()
    assert admin.post(f"/connectors/{shop.pk}/", said | {"name": "New"}).status_code == 302
    shop.refresh_from_db()
    assert shop.name == "New"
    webhook = InboundWebhookFactory(connector=shop, status="failed", error="no id", attempts=1)
    admin.post(f"/connectors/webhooks/{webhook.pk}/retry/")
    webhook.refresh_from_db()
    assert (webhook.status, webhook.error) == ("stored", "")
    assert admin.get("/connectors/?status=failed").status_code == 200


def test_the_log_is_forgotten_after_a_while_but_never_what_is_on_its_way():
    old = {"tried_at": NOON.replace(year=2020), "event__happened_at": NOON.replace(year=2020)}
    for status in ("delivered", "failed", "pending"):
        WebhookDeliveryFactory(status=status, **old)
    fresh = WebhookDeliveryFactory(status="delivered")
    assert forget_old() == 2
    left = set(WebhookDelivery.objects.values_list("status", "event__happened_at"))
    assert left == {("pending", old["event__happened_at"]), ("delivered", fresh.event.happened_at)}
    assert InboundWebhook.objects.count() == 0
