"""Customers are found by any of their addresses and numbers, in one indexed query."""

import pytest
from django.db import connection

from customers.journal.undo import undo
from customers.models import Company, ContactPoint, Customer, JournalEntry
from customers.models.contact_point import normalised_phone
from customers.people.contacts import make_first
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db


def point(customer, kind="email", value="second@example.com"):
    return ContactPoint.objects.create(customer=customer, kind=kind, value=value)


def test_a_customer_is_found_by_any_address_however_it_is_written(django_assert_num_queries):
    one, two = CustomerFactory(email="Ada@Example.com"), CustomerFactory()
    point(two, value="Ada.Work@example.com")
    with django_assert_num_queries(2):
        assert Customer.objects.with_email(" ada@example.COM ").get() == one
        assert Customer.objects.with_email("ADA.work@example.com").get() == two
    assert not Customer.objects.with_email("")
    assert not Customer.objects.with_email("ada")


def test_a_customer_is_found_by_any_number_however_it_is_written():
    one, two = CustomerFactory(phone="(020) 7946 0018"), CustomerFactory()
    point(two, "phone", "+44 20 7946 0999")
    assert Customer.objects.with_phone("+442079460018").get() == one
    assert Customer.objects.with_phone("020 7946 0999", region="GB").get() == two
    assert not Customer.objects.with_phone("0018")


def test_numbers_are_compared_in_one_form():
    assert normalised_phone("020 7946 0018", "gb") == "+442079460018"
    assert normalised_phone("+44 (0)20 7946-0018") == "+442079460018"
    assert normalised_phone("ext. 12") == "ext12"


def plan(rows):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


@pytest.mark.parametrize(
    ("rows", "indexes"),
    [
        (lambda: Customer.objects.with_email("a@b.co"), ["customer_by_any_email"]),
        (lambda: Customer.objects.with_phone("+442079460018"), ["customer_by_phone"]),
    ],
    ids=["email", "phone"],
)
def test_both_places_are_read_by_their_indexes(rows, indexes):
    told = plan(rows())
    for index in [*indexes, "contactpoint_by_value"]:
        assert index in told
    assert "Seq Scan" not in told


def test_another_address_becomes_the_first_and_that_is_undone():
    customer = CustomerFactory(email="first@example.com")
    make_first(point(customer), by=UserFactory())
    customer.refresh_from_db()
    assert customer.email == "second@example.com"
    assert [str(one) for one in customer.contact_points.all()] == ["first@example.com"]
    entry = JournalEntry.objects.get()
    entry.request_undo(by=UserFactory())
    undo(entry.pk)
    customer.refresh_from_db()
    assert customer.email == "first@example.com"
    assert [str(one) for one in customer.contact_points.all()] == ["second@example.com"]


def test_a_company_is_there_once_as_soon_as_a_customer_names_it():
    CustomerFactory(company="Acme Ltd")
    CustomerFactory(company="ACME LTD")
    CustomerFactory(company="")
    acme = Company.objects.get()
    assert (acme.name, acme.people.count()) == ("Acme Ltd", 2)
    Customer.objects.bulk_create([CustomerFactory.build(company="Zeta")])
    assert Company.objects.gather() == 1
    assert Company.objects.named("zeta").get().people.count() == 1
