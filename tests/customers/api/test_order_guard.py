"""Older data of a partner never overwrites newer."""

import datetime
import random

import pytest

from customers.models import Customer, SourceVersion
from tests.factories import NOON

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
