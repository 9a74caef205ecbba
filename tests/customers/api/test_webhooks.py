"""Webhooks by the API: for keys of admins, with secrets that are shown once and stored nowhere."""

import pytest
from django.db import connection

from customers.models import IdempotentReply, WebhookDelivery, WebhookEndpoint
from customers.webhooks.signing import secret_of
from tests.factories import UserFactory, WebhookDeliveryFactory, WebhookEndpointFactory
from tests.partners import calling

pytestmark = pytest.mark.django_db
LIST = "/api/v1/webhooks/"
NEW = {
    "name": "ERP",
    "address": "https://erp.example.com/rapport",
    "event_types": ["order.created"],
}


@pytest.fixture
def api(db):
    return calling(UserFactory(username="admin", role="admin"))


def test_the_secret_is_shown_when_it_is_made_and_never_again(api):
    made = api.post(LIST, NEW, format="json")
    endpoint = WebhookEndpoint.objects.get()
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert made.json()["secret"] == secret_of(endpoint)
    assert "secret" not in api.get(f"{LIST}{endpoint.pk}/").json()
    assert "secret" not in api.get(LIST).json()["results"][0]


def test_no_kept_answer_holds_a_secret(api):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    made = api.post(LIST, NEW, format="json", **key).json()
    again = api.post(LIST, NEW, format="json", **key)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == made | {"secret": None}
    assert WebhookEndpoint.objects.count() == 1
    rotated = api.post(
        f"{LIST}{made['id']}/rotate/", {}, format="json", HTTP_IDEMPOTENCY_KEY="twice"
    ).json()
    assert rotated["secret"] not in (None, made["secret"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(convert_from(body, 'UTF8'), ' ') FROM "
            + IdempotentReply._meta.db_table
        )
        kept = cursor.fetchone()[0]
    assert "whsec_" not in kept
    assert kept.count('"secret": null') == 2


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"address": "http://erp.example.com/"}, "/address"),
        ({"address": "https://10.0.0.7/"}, "/address"),
        ({"event_types": ["order.eaten"]}, "/event_types/0"),
        ({"event_types": []}, "/event_types"),
    ],
)
def test_what_cannot_be_called_or_heard_is_refused(api, change, pointer):
    answer = api.post(LIST, NEW | change, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not WebhookEndpoint.objects.exists()


def test_one_is_switched_off_and_deleted_with_its_log(api):
    delivery = WebhookDeliveryFactory()
    address = f"{LIST}{delivery.endpoint_id}/"
    assert api.patch(address, {"is_active": False}, format="json").json()["is_active"] is False
    assert api.post(f"{address}test/").status_code == 409
    assert api.delete(address).status_code == 204
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_deliveries_are_listed_and_replayed(api):
    failed = WebhookDeliveryFactory(status="failed", attempts=10)
    WebhookDeliveryFactory(endpoint=failed.endpoint, status="delivered")
    rows = api.get(f"/api/v1/webhook-deliveries/?status=failed&endpoint={failed.endpoint_id}")
    assert [row["id"] for row in rows.json()["results"]] == [failed.pk]
    assert rows.json()["results"][0]["event"] == str(failed.event.uuid)
    answer = api.post(f"{LIST}{failed.endpoint_id}/replay-failed/")
    assert answer.json() == {"replayed": 1}
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == ("pending", 0)
    again = api.post(f"/api/v1/webhook-deliveries/{failed.pk}/replay/")
    assert again.json()["status"] == "pending"


def test_a_test_event_goes_on_its_way(api):
    endpoint = WebhookEndpointFactory()
    answer = api.post(f"{LIST}{endpoint.pk}/test/")
    assert (answer.status_code, answer.json()["type"]) == (202, "webhook.test")


def test_others_than_admins_see_and_make_none():
    WebhookEndpointFactory()
    api = calling(UserFactory(username="max", role="manager"))
    assert api.get(LIST).status_code == 403
    assert api.post(LIST, NEW, format="json").status_code == 403
    assert WebhookEndpoint.objects.count() == 1
