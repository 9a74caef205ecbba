"""Older data of a partner never overwrites newer."""

import datetime
import random
from urllib.parse import urlencode

import pytest

from customers.models import Company, Customer, MergedKey, SourceVersion
from tests.customers.api.shuffling import shuffled
from tests.factories import (
    NOON,
    ArticleFactory,
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    ReviewFactory,
    TicketFactory,
)

pytestmark = pytest.mark.django_db
BULK = "/api/v1/customers/bulk/"


def at(minutes):
    return (NOON + datetime.timedelta(minutes=minutes)).isoformat()


def put(api, name, minutes):
    said = {"name": name, "source_updated_at": at(minutes)}
    return api.put("/api/v1/customers/by-external-id/shop/1/", said, format="json")


def test_late_data_is_left_out_and_the_answer_says_so(api):
    assert put(api, "new", 10).status_code == 201
    late = put(api, "old", 5)
    assert (late.status_code, late["Outdated"], late.json()["name"]) == (200, "true", "new")
    assert "Outdated" not in put(api, "newer", 20)
    assert Customer.objects.get().name == "newer"


def test_updates_in_any_order_and_twice_end_with_the_newest(api):
    updates = [
        {
            "source": "shop",
            "external_id": str(one),
            "name": f"v{turn}",
            "source_updated_at": at(turn),
        }
        for one in range(20)
        for turn in range(5)
    ] * 2
    random.Random(7).shuffle(updates)
    answer = api.post(BULK, {"rows": updates}, format="json").json()
    assert answer["refused"] == 0
    assert set(Customer.objects.values_list("name", flat=True)) == {"v4"}
    assert Customer.objects.count() == 20


def test_without_the_guard_they_would_not(api, monkeypatch):
    monkeypatch.setattr(
        type(SourceVersion.objects.all()), "advance", lambda *_, **__: {"whatever it is"}
    )
    put(api, "new", 10)
    put(api, "old", 5)
    assert Customer.objects.get().name == "old"


def test_what_was_deleted_since_is_not_made_again(api):
    SourceVersion.objects.all().advance("customer", "shop", {"1": NOON}, deleted=True)
    assert put(api, "late", -5).status_code == 409
    assert put(api, "again", 5).status_code == 201


def test_a_time_that_is_none_is_refused(api):
    said = {"name": "Ada", "source_updated_at": "yesterday"}
    answer = api.put("/api/v1/customers/by-external-id/shop/1/", said, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/source_updated_at"
    assert not SourceVersion.objects.exists()


def delete(api, minutes=None, kind="customers", number="1"):
    asked = {} if minutes is None else {"source_updated_at": at(minutes)}
    address = f"/api/v1/{kind}/by-external-id/shop/{number}/"
    return api.delete(f"{address}?{urlencode(asked)}")


def test_an_older_deletion_leaves_what_is_newer(api):
    put(api, "new", 10)
    late = delete(api, 5)
    assert (late.status_code, late["Outdated"]) == (204, "true")
    assert Customer.objects.get().name == "new"


def test_a_deleted_record_comes_back_by_newer_data_alone(api):
    put(api, "old", 10)
    assert "Outdated" not in delete(api, 20)
    assert not Customer.objects.exists()
    assert put(api, "older than the deletion", 15).status_code == 409
    assert put(api, "newer", 30).status_code == 201


def test_a_deletion_that_comes_before_its_record_keeps_it_away(api):
    assert delete(api, 20).status_code == 204
    assert put(api, "late", 10).status_code == 409
    assert not Customer.objects.exists()


def test_without_a_time_the_deletion_is_of_now(api):
    put(api, "old", 10)
    assert delete(api).status_code == 204
    assert delete(api).status_code == 404
    assert put(api, "late", 15).status_code == 409


def test_a_customer_with_a_history_stays_and_keeps_taking_data(api):
    put(api, "old", 10)
    OrderFactory(customer=Customer.objects.get())
    refused = delete(api, 20)
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    assert put(api, "after the refusal", 15).json()["name"] == "after the refusal"


def test_a_merged_record_is_not_deleted_by_the_key_that_it_took_over(api):
    stays = CustomerFactory(source="shop", external_id="2")
    MergedKey.objects.create(customer=stays, source="shop", external_id="1")
    assert delete(api, 20).status_code == 409
    assert Customer.objects.get() == stays


def test_orders_and_tickets_end_products_are_no_longer_sold_and_texts_go(api):
    rows = {
        "orders": OrderFactory(source="shop", external_id="1"),
        "tickets": TicketFactory(source="shop", external_id="1"),
        "products": ProductFactory(source="shop", external_id="1"),
        "reviews": ReviewFactory(source="shop", external_id="1"),
        "articles": ArticleFactory(source="shop", external_id="1"),
        "companies": Company.objects.create(name="Stone", source="shop", external_id="1"),
    }
    assert {kind: delete(api, 5, kind).status_code for kind in rows} == dict.fromkeys(rows, 204)
    for kind in ("orders", "tickets", "products"):
        rows[kind].refresh_from_db()
    ended = rows["orders"].status, rows["tickets"].status, rows["products"].is_active
    assert ended == ("cancelled", "closed", False)
    gone = [type(rows[kind]) for kind in ("reviews", "articles", "companies")]
    assert [model.objects.filter(source="shop").exists() for model in gone] == [False] * 3


def test_a_deletion_names_the_state_it_is_about(api):
    tag = put(api, "old", 10)["ETag"]
    put(api, "new", 20)
    address = "/api/v1/customers/by-external-id/shop/1/"
    assert api.delete(address, HTTP_IF_MATCH=tag).status_code == 412
    assert Customer.objects.exists()


def test_updates_and_deletions_in_any_order_and_twice_end_with_the_newest(api):
    newest, wrong = shuffled(api, customers=25, of_each=6)
    assert len(newest) == 25
    assert wrong == []
