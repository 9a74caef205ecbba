"""Consents: the latest word stands, earlier ones are kept, and columns follow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Consent, Customer, Purpose
from customers.privacy import consents
from customers.privacy.consents import allowed_q, allows
from tests.factories import CustomerFactory, OrderFactory, UserFactory
from tests.partners import calling

pytestmark = pytest.mark.django_db

FORM = {"method": "form", "wording": "You may write to me."}


@pytest.fixture
def customer():
    return CustomerFactory()


def test_marketing_needs_a_yes_and_the_rest_ends_with_a_no(customer):
    told = {one.value: allows(customer, one) for one in Purpose}
    assert told == {"marketing": False, "profiling": True, "training": True, "external": True}


@pytest.mark.parametrize("purpose", ["marketing", "profiling", "training", "external"])
def test_the_latest_word_stands_and_earlier_ones_are_kept(customer, purpose):
    for said in (True, False, True, False):
        consents.record(customer, purpose, said, **FORM)
        assert allows(customer, purpose) is said
        found = Customer.objects.filter(allowed_q(purpose), pk=customer.pk)
        assert found.exists() is said
    assert Consent.objects.filter(purpose=purpose).count() == 4


def test_a_word_of_the_past_does_not_override_a_later_one(customer):
    consents.record(customer, "marketing", False, **FORM)
    earlier = timezone.now() - timedelta(days=1)
    consents.record(customer, "marketing", True, given_at=earlier, **FORM)
    assert customer.marketing_consent is False


def test_a_channel_has_a_word_of_its_own(customer):
    consents.record(customer, "marketing", True, channel="email", **FORM)
    assert allows(customer, "marketing", "email")
    assert not allows(customer, "marketing", "phone")
    assert not allows(customer, "marketing")
    assert customer.marketing_consent is None
    consents.record(customer, "marketing", False, **FORM)
    assert not allows(customer, "marketing", "email")


def test_whatever_writes_the_column_leaves_a_consent():
    customer = CustomerFactory(marketing_consent=True)
    Customer.objects.filter(pk=customer.pk).update(marketing_consent=False)
    said = Consent.objects.filter(customer=customer).order_by("pk")
    assert list(said.values_list("purpose", "is_allowed", "method")) == [
        ("marketing", True, "entered"),
        ("marketing", False, "entered"),
    ]


def test_rows_of_nobody_are_nobodys():
    order = OrderFactory(customer=None)
    mine = OrderFactory(customer=CustomerFactory())
    consents.record(mine.customer, "training", False, **FORM)
    rows = type(order).objects.filter(allowed_q("training", "customer__"))
    assert list(rows) == [order]


def test_staff_record_a_consent_with_its_proof(customer, client):
    agent = UserFactory()
    client.force_login(agent)
    address = f"/customers/{customer.pk}/consents/"
    said = {
        "purpose": "marketing", "channel": "", "is_allowed": "1", "method": "phone",
        "given_at": "2026-01-01T10:00", "wording": "", "origin": "",
    }  # fmt: skip
    refused = client.post(address, said)
    assert refused.status_code == 422
    assert "Enter the words" in refused.content.decode()
    assert client.post(address, {**said, "wording": "Yes, write."}).status_code == 302
    kept = Consent.objects.get()
    assert (kept.wording, kept.by, kept.method) == ("Yes, write.", agent, "phone")
    assert client.get(f"/customers/{customer.pk}/").status_code == 200
    assert "Yes, write." in client.get(address).content.decode()


def test_partners_record_and_read_consents_of_their_source():
    own = CustomerFactory(source="shop", external_id="1")
    foreign = CustomerFactory(source="other", external_id="1")
    client = calling(source="shop")
    said = {"customer": own.pk, "purpose": "profiling", "is_allowed": False, "method": "import"}
    assert client.post("/api/v1/consents/", said, format="json").status_code == 201
    own.refresh_from_db()
    assert own.objects_to_profiling
    refused = client.post("/api/v1/consents/", {**said, "customer": foreign.pk}, format="json")
    assert refused.status_code == 400
    assert not Consent.objects.filter(customer=foreign).exists()
    Consent.objects.create(customer=foreign, purpose="training", is_allowed=False, method="form")
    listed = client.get("/api/v1/consents/").json()["results"]
    assert [one["customer"] for one in listed] == [own.pk]


def test_customers_say_it_themselves_on_the_portal(customer, client):
    address = "/help/preferences/"
    assert client.get(address).status_code == 302
    session = client.session
    session["portal_customer"] = {"pk": customer.pk, "at": timezone.now().timestamp()}
    session.save()
    page = client.get(address).content.decode()
    assert page.count("checked") == 3
    assert client.post(address, {"allowed": ["marketing", "external"]}).status_code == 302
    customer.refresh_from_db()
    assert customer.marketing_consent is True
    assert (customer.objects_to_profiling, customer.refuses_training) == (True, True)
    assert not customer.refuses_external
    proof = Consent.objects.get(purpose="marketing")
    assert (proof.method, proof.origin) == ("portal", address)
    assert proof.wording == "The shop may write to me about products and offers."
