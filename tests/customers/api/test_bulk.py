"""Many records in one call."""

import pytest

from customers.models import Customer, Order
from tests.factories import CustomerFactory
from tests.partners import calling

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/customers/bulk/"


def rows(*names):
    return [{"source": "shop", "external_id": name, "name": name} for name in names]


def test_rows_are_created_and_updated_each_by_its_own_key(api):
    CustomerFactory(source="shop", external_id="a", name="old")
    answer = api.post(ADDRESS, {"rows": rows("a", "b")}, format="json").json()
    assert (answer["created"], answer["updated"], answer["refused"]) == (1, 1, 0)
    assert [one["status"] for one in answer["results"]] == [200, 201]
    assert set(Customer.objects.values_list("name", flat=True)) == {"a", "b"}


def test_a_refused_row_says_why_and_takes_no_other_back(api):
    bad = {"source": "shop", "external_id": "x", "email": "nothing"}
    keyless = {"name": "nobody"}
    answer = api.post(ADDRESS, {"rows": [*rows("a"), bad, keyless]}, format="json").json()
    assert (answer["created"], answer["refused"]) == (1, 2)
    first, second = answer["results"][1:]
    assert (first["status"], first["errors"][0]["pointer"]) == (400, "/email")
    assert {error["pointer"] for error in second["errors"]} == {"/source", "/external_id"}
    assert Customer.objects.get().name == "a"


@pytest.mark.parametrize("body", [{}, {"rows": []}, {"rows": [1]}, {"rows": [{}] * 501}, []])
def test_what_is_no_list_of_rows_is_refused_whole(api, body):
    assert api.post(ADDRESS, body, format="json").status_code == 400


def test_a_bound_key_writes_rows_of_its_source_alone(db):
    client = calling(source="mine")
    mixed = [
        {"external_id": "1", "name": "x"},
        {"source": "other", "external_id": "2", "name": "y"},
    ]
    answer = client.post(ADDRESS, {"rows": mixed}, format="json").json()
    assert [one["status"] for one in answer["results"]] == [201, 403]
    assert Customer.objects.get().source == "mine"


def test_orders_with_lines_come_in_bulk(api):
    line = {"kind": "charge", "description": "Postage", "quantity": 1, "unit_price": "3.95"}
    order = {
        "source": "shop",
        "external_id": "1",
        "number": "1",
        "currency": "GBP",
        "placed_at": "2026-03-01T12:00:00Z",
        "lines": [line],
    }
    answer = api.post("/api/v1/orders/bulk/", {"rows": [order, order]}, format="json").json()
    assert [one["status"] for one in answer["results"]] == [201, 200]
    assert Order.objects.get().lines.count() == 1


def test_the_same_bulk_under_one_key_has_one_effect(api):
    header = {"HTTP_IDEMPOTENCY_KEY": "k"}
    first = api.post(ADDRESS, {"rows": rows("a")}, format="json", **header)
    again = api.post(ADDRESS, {"rows": rows("a")}, format="json", **header)
    assert first.content == again.content
    assert again.json()["created"] == 1
