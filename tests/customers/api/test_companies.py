"""Companies, further addresses, and what the schema says of a shop's own fields."""

import io

import pytest
import yaml
from django.core.management import call_command

from customers.models import Company, ContactPoint, CustomField, JournalEntry
from tests.factories import CustomerFactory

COMPANIES, POINTS = "/api/v1/companies/", "/api/v1/contact-points/"


def test_a_company_is_made_found_and_renamed_with_its_people(api):
    made = api.post(COMPANIES, {"name": "Acme", "domain": "acme.example"}, "json")
    assert made.status_code == 201, made.content
    ada = CustomerFactory(company="ACME")
    address = f"{COMPANIES}{made.json()['id']}/"
    assert api.patch(address, {"name": "Acme Ltd", "notes": "Big"}, "json").status_code == 200
    ada.refresh_from_db()
    assert ada.company == "Acme Ltd"
    assert JournalEntry.objects.filter(by=api.user).count() == 2
    assert api.patch(address, {"name": "Acme Ltd"}, "json").status_code == 200
    assert JournalEntry.objects.count() == 2
    assert api.get(address).json()["notes"] == "Big"
    CustomerFactory(company="Bolt")
    for asked, names in (
        ("q=acm", ["Acme Ltd"]),
        ("name=bolt", ["Bolt"]),
        ("", ["Acme Ltd", "Bolt"]),
    ):
        found = api.get(f"{COMPANIES}?{asked}").json()["results"]
        assert [one["name"] for one in found] == names
    people = api.get("/api/v1/customers/?company=acme ltd").json()["results"]
    assert [one["id"] for one in people] == [ada.pk]


def test_a_company_is_written_by_the_key_that_its_system_has(api):
    address = f"{COMPANIES}by-external-id/erp/k1/"
    assert api.put(address, {"name": "Acme"}, "json").status_code == 201
    assert api.put(address, {"name": "Acme"}, "json").status_code == 200
    assert Company.objects.values_list("source", "external_id", "name").get() == (
        *("erp", "k1"),
        "Acme",
    )


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [({"name": "ACME"}, "/name"), ({"name": ""}, "/name"), ({}, "/name"),
     ({"name": "B", "domain": "no domain"}, "/domain"), ({"name": "B\x00"}, "/name")],
)  # fmt: skip
def test_a_company_that_cannot_be_is_refused(api, sent, pointer):
    Company.objects.create(name="Acme")
    refused = api.post(COMPANIES, sent, "json")
    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert Company.objects.count() == 1


def test_further_addresses_are_added_listed_changed_and_taken_away(api):
    ada, ben = CustomerFactory(email="ada@x.org"), CustomerFactory()
    said = {"customer": ada.pk, "kind": "phone", "value": "+44 20 7946 0000", "label": "office"}
    made = api.post(POINTS, said, "json")
    assert made.status_code == 201, made.content
    address = f"{POINTS}{made.json()['id']}/"
    ContactPoint.objects.create(customer=ben, kind="email", value="ben@y.org")
    found = api.get(f"{POINTS}?customer={ada.pk}").json()["results"]
    assert found == [made.json()]
    assert api.get(f"{POINTS}?email=BEN@y.org").json()["results"][0]["customer"] == ben.pk
    assert api.get(f"{POINTS}?phone=%2B442079460000").json()["results"] == found
    assert api.patch(address, {"value": "+44 20 7946 0001"}, "json").status_code == 200
    assert ContactPoint.objects.get(customer=ada).normalised == "+442079460001"
    assert api.patch(address, {"customer": ben.pk}, "json").status_code == 400
    assert api.delete(address).status_code == 204
    assert not ada.contact_points.exists()
    assert JournalEntry.objects.filter(by=api.user).count() == 3


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "email", "value": "nonsense"},
        {"kind": "email", "value": "ADA@x.org"},
        {"value": "12"},
        {"kind": "fax"},
    ],
)
def test_an_address_that_is_none_or_there_already_is_refused(api, sent):
    ada = CustomerFactory(email="ada@x.org")
    said = {"customer": ada.pk, "kind": "phone", "value": "+442079460000"} | sent
    assert api.post(POINTS, said, "json").status_code == 400
    assert not ContactPoint.objects.exists()


def test_the_schema_has_the_shops_own_fields_with_their_types(db):
    for kind in CustomField.Type.values:
        choices = ["S", "M"] if kind in ("choice", "multi") else []
        CustomField.objects.create(
            record="customer", key=f"a_{kind}", name=kind.title(), type=kind, choices=choices
        )
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    parts = yaml.safe_load(out.getvalue())["components"]["schemas"]
    answered = parts["Customer"]["properties"]["custom"]["properties"]
    assert {key: one["type"] for key, one in answered.items()} == {
        "a_text": "string", "a_number": "number", "a_date": "string", "a_choice": "string",
        "a_multi": "array", "a_boolean": "boolean",
    }  # fmt: skip
    assert (answered["a_date"]["format"], answered["a_choice"]["enum"]) == ("date", ["S", "M"])
    sent = parts["CustomerRequest"]["properties"]["custom"]
    assert sent["properties"]["a_choice"]["enum"] == ["S", "M", None]
    assert sent["additionalProperties"] is False
    assert parts["Order"]["properties"]["custom"]["properties"] == {}
    assert {"Company", "ContactPoint"} <= set(parts)
