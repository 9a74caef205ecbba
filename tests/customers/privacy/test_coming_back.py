"""Erased people do not come back: not from a backup, not by API, file or mail."""

import json

import pytest
from django.core.management import call_command
from django.db import transaction

from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.models import Customer, ErasedPerson, ErasureRequest, RefusedRow, Tombstone
from customers.privacy import erasing
from customers.privacy.tombstones import digests_of, is_erased, lift, replay
from tests.factories import CustomerFactory, UserFactory
from tests.figures import tell
from tests.partners import calling

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.REJECTS_DIR = tmp_path / "rejects"
    settings.TOMBSTONES_FILE = str(tmp_path / "tombstones.jsonl")


def shop(count):
    return [
        CustomerFactory(source="shop", external_id=f"c{n}", email=f"buyer{n}@example.com",
                        phone=f"+4420794{n:05}")
        for n in range(count)
    ]  # fmt: skip


def erase(customer):
    request = erasing.ask(customer, "asked", by=UserFactory(role="manager"))
    assert erasing.carry_out(request.pk)
    request.refresh_from_db()
    assert request.status == "done", request.error


@pytest.fixture
def erased():
    one = CustomerFactory(
        source="shop", external_id="c1", email="Ada@Example.com", phone="+44 20 7946 0000"
    )
    erase(one)
    return one


def test_a_partner_that_pushes_all_again_brings_none_back():
    push_all_again(15, 5)


def push_all_again(count, gone):
    people = shop(count)
    for one in people[:gone]:
        erase(one)
    client = calling()
    answers = [
        client.put(
            f"/api/v1/customers/by-external-id/shop/c{n}/",
            {"email": f"buyer{n}@example.com", "name": "Back"},
            format="json",
        )
        for n in range(count)
    ]
    codes = [answer.status_code for answer in answers]
    assert codes[:gone] == [410] * gone
    assert set(codes[gone:]) == {200}
    assert "erased" in answers[0].json()["detail"]
    assert Customer.objects.filter(source="shop").count() == count - gone
    tell(f"re-push of {count} with {gone} erased: {gone} refused, 0 back")


@pytest.mark.parametrize(
    "known",
    [
        {"source": "shop", "external_id": "c1"},
        {"email": "ada@example.com"},
        {"phone": "020 7946 0000", "name": "Ada"},
        {"phone": "+442079460000"},
    ],
)
def test_whoever_was_known_so_is_refused(erased, known):
    with pytest.raises(ErasedPerson), transaction.atomic():
        Customer.objects.create(**known)
    assert not Customer.objects.exists()


def test_somebody_else_is_not_refused(erased):
    other = CustomerFactory(source="other", external_id="c1", email="bob@example.com")
    assert Customer.objects.get() == other


def test_an_address_that_another_customer_has_is_not_buried_with_the_first():
    first, other = CustomerFactory(email="both@example.com"), CustomerFactory()
    Customer.objects.filter(pk=other.pk).update(email="both@example.com")
    erase(first)
    assert not is_erased(email="both@example.com")


def test_rows_of_a_file_are_refused_and_not_kept(erased, tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(
        "id,name,email\nc1,Ada,x@example.com\nc2,Ada,ada@example.com\nc3,Bob,b@x.example\n"
    )
    outcome = run_import(FORMATS["customers"], path, "shop")
    assert (outcome.created, outcome.rejected) == (1, 2)
    assert list(RefusedRow.objects.values_list("number", "cells")) == [(1, {}), (2, {})]
    assert Customer.objects.get().name == "Bob"


def test_orders_of_erased_people_do_not_bring_them_back(erased, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "order,placed_at,product,quantity,unit_price,currency,customer,email\n"
        "o1,2026-01-01,P,1,2.00,GBP,c1,\no2,2026-01-01,P,1,2.00,GBP,,ada@example.com\n"
    )
    outcome = run_import(FORMATS["orders"], path, "shop")
    assert (outcome.created, outcome.rejected) == (0, 2)
    assert not Customer.objects.exists()


def test_the_form_says_why(erased, client):
    client.force_login(UserFactory(role="manager"))
    page = client.post("/customers/new/", {"name": "Ada", "email": "ada@example.com"})
    assert page.status_code == 422
    assert "was erased" in page.content.decode()


def test_a_new_consent_lets_them_back_in(erased):
    client = calling()
    said = {"email": "ada@example.com", "new_consent": {"wording": "Please serve me again."}}
    answer = client.post("/api/v1/customers/", said, format="json")
    assert answer.status_code == 201
    assert not Tombstone.objects.standing().exists()
    assert "Please serve" in Tombstone.objects.first().lifted_for
    assert replay() == []  # and no restore takes it back
    assert Customer.objects.exists()


def test_who_came_back_with_a_backup_is_erased_before_anything_is_served(settings):
    people = shop(12)
    for one in people[:4]:
        erase(one)
    # what a backup of last night holds: the persons, and no tombstone
    Tombstone.objects.all().delete()
    ErasureRequest.objects.all().delete()
    columns = ("pk", "source", "external_id", "email", "phone")
    Customer.objects.bulk_create(
        Customer(pk=one.pk, **{name: getattr(one, name) for name in columns[1:]})
        for one in people[:4]
    )
    assert Customer.objects.count() == 12
    call_command("replay_tombstones", verbosity=0)
    assert Customer.objects.filter(pk__in=[one.pk for one in people[:4]]).count() == 0
    assert Customer.objects.count() == 8
    assert set(ErasureRequest.objects.values_list("status", "reason")) == {("done", "replayed")}
    tell("restore: 4 of 4 erased again, 8 others stand")


def test_a_line_that_somebody_else_wrote_is_passed_over(settings, erased):
    with open(settings.TOMBSTONES_FILE, "a") as file:
        made_up = digests_of([], ["bob@example.com"], [])
        file.write(json.dumps({"erasure": "x", "digests": made_up, "signature": "0"}) + "\n{cut")
    Tombstone.objects.all().delete()
    replay()
    assert not is_erased(email="bob@example.com")
    assert is_erased(email="ada@example.com")


def test_lifting_lifts_all_that_the_person_was_known_by(erased):
    assert lift(digests_of([], ["ada@example.com"], []), "Again.", by=None) == 3
    assert not is_erased([("shop", "c1")], phone="+442079460000")
