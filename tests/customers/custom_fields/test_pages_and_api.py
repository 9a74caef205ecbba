"""Managers add a field once; it is then in forms, on pages, in filters and in the API."""

import pytest
from django.db import connection

from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.models import Customer, CustomField, JournalEntry, Order
from tests.factories import (
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    TicketFactory,
    UserFactory,
)


@pytest.fixture
def manager(client, db):
    client.user = UserFactory(username="manager", role="manager")
    client.force_login(client.user)
    return client


def added(client, **said):
    usual = {"record": "customer", "name": "Size", "key": "size", "type": "choice", "position": 1}
    client.post("/custom-fields/new/", usual | {"choices": "S\nM\nm", "is_filterable": "on"} | said)
    return CustomField.objects.order_by("pk").last()


def test_a_field_is_added_and_filled_in_on_the_form(manager):
    field = added(manager)
    assert field.choices == ["S", "m"]
    customer = CustomerFactory()
    form = manager.get(f"/customers/{customer.pk}/edit/").context["form"]
    said = {name: form[name].value() or "" for name in form.fields}
    said |= {"custom_size": "S", "marketing_consent": "unknown"}
    manager.post(f"/customers/{customer.pk}/edit/", said)
    customer.refresh_from_db()
    assert customer.custom == {"size": "S"}
    page = manager.get(f"/customers/{customer.pk}/").content.decode()
    assert "<dt>Size</dt><dd>S</dd>" in page


@pytest.mark.parametrize(
    ("noun", "make"),
    [("order", OrderFactory), ("product", ProductFactory), ("ticket", TicketFactory)],
)
def test_other_records_have_fields_with_a_form_of_their_own(manager, noun, make):
    added(manager, record=noun, type="date", choices="", name="Due", is_required="on")
    row = make()
    address = f"/custom-fields/{noun}/{row.pk}/"
    refused = manager.post(address, {"custom_size": "tomorrow"})
    assert refused.status_code == 422
    assert "tomorrow" in refused.content.decode()
    manager.post(address, {"custom_size": "2026-03-02"})
    assert "March 2, 2026" in manager.get(f"/{noun}s/{row.pk}/").content.decode()
    assert JournalEntry.objects.about(row).count() == 1
    found = manager.get(f"/{noun}s/", {"custom_size": "2026-03-02"}).context["page"]
    assert list(found) == [row]


@pytest.mark.parametrize("said", [{"key": "Größe"}, {"choices": ""}, {"choices": "a;b"},
                                  {"type": "x"}, {"record": "user"}, {"name": ""}])  # fmt: skip
def test_a_field_that_makes_no_sense_is_refused(manager, said):
    assert added(manager, **said) is None


def test_a_key_is_there_once_for_a_record(manager):
    added(manager)
    added(manager)
    added(manager, record="order")
    assert CustomField.objects.count() == 2


def test_key_and_type_stay_and_a_deleted_fields_values_come_back(manager):
    field = added(manager)
    customer = CustomerFactory(custom={"size": "S"})
    manager.post(
        f"/custom-fields/{field.pk}/",
        {"name": "Cut", "key": "cut", "type": "text", "choices": "S", "position": 2},
    )
    field.refresh_from_db()
    assert (field.name, field.key, field.type, field.is_filterable) == (
        "Cut", "size", "choice", False,
    )  # fmt: skip
    manager.post(f"/custom-fields/{field.pk}/delete/")
    assert "<dt>Cut" not in manager.get(f"/customers/{customer.pk}/").content.decode()
    added(manager)
    assert "<dd>S</dd>" in manager.get(f"/customers/{customer.pk}/").content.decode()


def test_agents_do_not_add_fields(client, db):
    client.force_login(UserFactory())
    assert client.get("/custom-fields/").status_code == 403
    assert added(client) is None


def test_a_filter_reads_its_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for model in (Customer, Order):
        told = model.objects.filter(custom__contains={"size": "S"}).order_by().explain()
        assert f"{model._meta.model_name}_custom" in told


@pytest.fixture
def api(db):
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(UserFactory(role="partner"))
    return client


def test_the_api_writes_and_reads_values_checked(api):
    CustomField.objects.create(record="customer", key="n", name="N", type="number")
    CustomField.objects.create(record="customer", key="vip", name="Vip", type="boolean")
    made = api.post("/api/v1/customers/", {"name": "A", "custom": {"n": "2.5"}}, "json")
    assert made.status_code == 201, made.content
    assert made.json()["custom"] == {"n": 2.5}
    address = f"/api/v1/customers/{made.json()['id']}/"
    changed = api.patch(address, {"custom": {"vip": True}}, "json").json()
    assert changed["custom"] == {"n": 2.5, "vip": True}
    assert api.patch(address, {"custom": {"n": None}}, "json").json()["custom"] == {"vip": True}


@pytest.mark.parametrize(
    ("custom", "pointer"), [({"n": "x"}, "/custom/n"), ({"m": 1}, "/custom/m"), ([], "/custom")]
)
def test_the_api_points_at_what_it_refuses(api, custom, pointer):
    CustomField.objects.create(record="customer", key="n", name="N", type="number")
    refused = api.post("/api/v1/customers/", {"name": "A", "custom": custom}, "json")
    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert not Customer.objects.exists()


def test_a_field_is_in_form_filter_api_and_import_as_soon_as_it_is_added(
    manager, tmp_path, settings
):
    settings.REJECTS_DIR = tmp_path
    added(manager)
    ada = CustomerFactory(name="Ada")
    form = manager.get(f"/customers/{ada.pk}/edit/").context["form"]
    said = {name: form[name].value() or "" for name in form.fields}
    manager.post(
        f"/customers/{ada.pk}/edit/", said | {"custom_size": "m", "marketing_consent": "unknown"}
    )
    (tmp_path / "x.csv").write_text("id,name,Size\nc1,Ben,M\nc2,Cy,S\nc3,Di,XL\n")
    run_import(FORMATS["customers"], tmp_path / "x.csv", "shop")
    page = manager.get("/customers/", {"custom_size": "m", "columns": ["custom_size"]})
    assert {one.name for one in page.context["page"]} == {"Ada", "Ben"}
    manager.force_login(manager.user)
    row = manager.get("/api/v1/customers/", {"external_id": "c1"}).json()["results"][0]
    assert (row["name"], row["custom"]) == ("Ben", {"size": "m"})
