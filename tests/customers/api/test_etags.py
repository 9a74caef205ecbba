"""A write may name the state that it is about."""

import threading

import pytest
from django.db import connections

from customers.models import Customer
from tests.factories import CustomerFactory, UserFactory
from tests.partners import calling


def patch(client, pk, name, tag):
    address = f"/api/v1/customers/{pk}/"
    return client.patch(address, {"name": name}, format="json", HTTP_IF_MATCH=tag)


@pytest.mark.django_db
def test_a_write_onto_the_state_that_was_read_goes_through(api):
    ada = CustomerFactory()
    tag = api.get(f"/api/v1/customers/{ada.pk}/")["ETag"]
    answer = patch(api, ada.pk, "Ada", tag)
    assert answer.status_code == 200
    assert answer["ETag"] == api.get(f"/api/v1/customers/{ada.pk}/")["ETag"] != tag


@pytest.mark.django_db
def test_a_write_onto_another_state_changes_nothing(api):
    ada = CustomerFactory(name="Ada", source="shop", external_id="1")
    tag = api.get(f"/api/v1/customers/{ada.pk}/")["ETag"]
    Customer.objects.filter(pk=ada.pk).update(name="Grace")
    assert patch(api, ada.pk, "Ada L.", tag).status_code == 412
    by_key = "/api/v1/customers/by-external-id/shop/1/"
    put = api.put(by_key, {"name": "Ada L."}, format="json", HTTP_IF_MATCH=tag)
    assert (put.status_code, put["Content-Type"]) == (412, "application/problem+json")
    ada.refresh_from_db()
    assert ada.name == "Grace"


@pytest.mark.django_db
def test_any_state_is_named_by_a_star_and_none_exists_of_what_is_not_there(api):
    ada = CustomerFactory()
    assert patch(api, ada.pk, "Ada", "*").status_code == 200
    by_key = "/api/v1/customers/by-external-id/shop/9/"
    put = api.put(by_key, {"name": "x"}, format="json", HTTP_IF_MATCH="*")
    assert put.status_code == 412


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_writes_onto_one_state_at_once_one_goes_through():
    user = UserFactory(username="partner", role="partner")
    ada = CustomerFactory()
    tag = calling(user).get(f"/api/v1/customers/{ada.pk}/")["ETag"]
    barrier, statuses = threading.Barrier(4), []

    def write(number):
        client = calling(user)
        barrier.wait()
        statuses.append(patch(client, ada.pk, f"Ada {number}", tag).status_code)
        connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412, 412, 412]


@pytest.mark.django_db
def test_a_reader_gets_the_fields_that_it_names(api):
    ada = CustomerFactory(name="Ada")
    one = api.get(f"/api/v1/customers/{ada.pk}/?fields=id,name").json()
    assert one == {"id": ada.pk, "name": "Ada"}
    listed = api.get("/api/v1/customers/?fields=name").json()["results"]
    assert listed == [{"name": "Ada"}]
    refused = api.get("/api/v1/customers/?fields=name,nothing")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/fields"
