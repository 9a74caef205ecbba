"""Who may call the API, and how errors look."""

import pytest
from rest_framework.test import APIClient

from customers.models import Customer
from tests.factories import CustomerFactory, UserFactory

PROBLEM = "application/problem+json"
LISTS = [
    "customers",
    "products",
    "orders",
    "tickets",
    "reviews",
    "articles",
    "macros",
    "recommendations",
]


@pytest.mark.django_db
@pytest.mark.parametrize("noun", LISTS)
def test_without_a_key_nothing_is_told(noun):
    answer = APIClient().get(f"/api/v1/{noun}/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json()["title"] == "Unauthorized"


def test_a_login_without_a_role_is_refused_and_changes_nothing(db):
    client = APIClient()
    client.force_authenticate(UserFactory(role=""))
    answer = client.post("/api/v1/customers/", {"name": "Ada"}, format="json")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This login has no role; ask an admin for one."
    assert not Customer.objects.exists()


def test_a_disabled_user_is_refused(api):
    api.user.is_active = False
    api.user.save()
    assert api.get("/api/v1/customers/").status_code == 401


def test_unknown_addresses_are_problems_too(api):
    answer = api.get("/api/v1/nothing/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
    assert answer.json()["instance"] == "/api/v1/nothing/"


def test_an_unknown_id_is_a_problem(api):
    answer = api.get("/api/v1/customers/99999999999999999999999/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)


def test_a_method_that_is_not_there_names_those_that_are(api):
    answer = api.delete(f"/api/v1/customers/{CustomerFactory().pk}/")
    assert answer.status_code == 405
    assert "DELETE" not in answer.headers["Allow"]
    assert Customer.objects.count() == 1


def test_each_bad_value_has_its_pointer(api):
    order = {
        "number": "1",
        "placed_at": "yesterday",
        "currency": "GBP",
        "lines": [{"quantity": 1, "unit_price": "x"}],
    }
    answer = api.post("/api/v1/orders/", order, format="json")
    assert answer.status_code == 400
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/placed_at", "/lines/0/unit_price"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"tags": {"a": 1}}',
        b'{"name": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"decided_segment": 99999999999999999999}',
        b'{"email": 5}',
    ],
)
def test_malformed_bodies_are_refused_and_nothing_is_stored(api, body):
    answer = api.post("/api/v1/customers/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == PROBLEM
    assert not Customer.objects.exists()


def test_numbers_out_of_range_are_refused(api):
    product = {"name": "Kettle", "stock": 10**30, "price": "1e40"}
    answer = api.post("/api/v1/products/", product, format="json")
    assert answer.status_code == 400


def test_nul_and_huge_numbers_in_filters_are_no_server_errors(api):
    for query in ("q=%00", "source=%00", "created_since=x", "page_size=0", "cursor=%ff"):
        assert api.get(f"/api/v1/customers/?{query}").status_code in (200, 400, 404)
    assert api.get(f"/api/v1/orders/?customer={10**30}").status_code in (200, 400)


def test_other_media_types_are_refused(api):
    answer = api.post("/api/v1/customers/", "<a/>", content_type="text/xml")
    assert (answer.status_code, answer.headers["Content-Type"]) == (415, PROBLEM)


@pytest.mark.parametrize("method", ["head", "options"])
def test_an_address_by_external_id_answers_every_method(api, method):
    CustomerFactory(source="shop", external_id="7")
    answer = getattr(api, method)("/api/v1/customers/by-external-id/shop/7/")
    assert answer.status_code == 200


@pytest.mark.parametrize("asked", ["0", "ten", "-1", "", "9" * 5000])
def test_a_page_size_that_makes_no_sense_is_refused(api, asked):
    answer = api.get("/api/v1/customers/", {"page_size": asked})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/page_size"


def test_a_write_to_an_address_that_does_not_exist_is_a_problem(api):
    answer = api.patch("/api/v1/customers/x/", {}, format="json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
