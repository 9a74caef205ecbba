"""Duplicates are found whatever was mistyped, and people who only look alike are not."""

import pytest

from benchmarks.duplicates import measured
from customers.duplicates import scan as scanning
from customers.duplicates.comparing import compared
from customers.duplicates.likely import likely_duplicates
from customers.duplicates.normalising import (
    blocking_keys,
    name_words,
    person,
    plain_email,
    plain_phone,
)
from customers.duplicates.scan import carry_out
from customers.models import Customer, DuplicatePair, DuplicateScan
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def someone(name="", email="", phone="", company="", country="", city=""):
    return person(0, name, email, phone, company, country, city)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Ada.Stone+Shop@GoogleMail.com", "adastone@gmail.com"),
        (" Ada@Example.COM ", "ada@example.com"),
        ("nonsense", ""),
        ("@example.com", ""),
    ],
)
def test_an_address_is_the_mailbox_that_it_reaches(said, plain):
    assert plain_email(said) == plain


@pytest.mark.parametrize(
    ("said", "country", "plain"),
    [
        ("+49 171 1234567", "", "+491711234567"),
        ("0171/123 45 67", "DE", "+491711234567"),
        ("0049 171 1234567", "", "+491711234567"),
        ("0171 1234567", "Germany", "11234567"),
        ("＋86 138 0013 8000", "", "+8613800138000"),
        ("12", "DE", ""),
    ],
)
def test_a_number_is_what_one_dials(said, country, plain):
    assert plain_phone(said, country) == plain


def test_names_are_folded_and_chinese_names_are_one_word():
    assert name_words("Dr. José MÜLLER-Groß") == ("jose", "muller", "gross")
    assert name_words("王 小明先生") == ("王小明",)
    assert name_words("ＡＤＡ　Stone") == ("ada", "stone")


@pytest.mark.parametrize(
    ("first", "second", "level"),
    [
        ("Ada Stone", "Stone, Ada", "same"),
        ("Ada Stone", "Ada Stome", "near"),
        ("John Smith", "J. Smith", "partly"),
        ("John Smith", "Jane Smith", "partly"),
        ("John Smith", "Mary Jones", "other"),
        ("王小明", "王 小明", "same"),
        ("王小明", "王晓明", "partly"),
        ("王伟", "王芳", "other"),
        ("", "Ada", ""),
    ],
)
def test_names_are_compared_in_levels(first, second, level):
    assert compared(someone(first), someone(second))[0] == level
    assert compared(someone(second), someone(first))[0] == level


def test_who_may_be_one_person_shares_a_key():
    pairs = [
        (someone("Ada Stone", "ada.stone@gmail.com"), someone("A. S.", "adastone+x@gmail.com")),
        (someone("Ada Stone", "ada.stone@web.de"), someone("x", "ada.stone@example.com")),
        (someone("Ada Stone"), someone("Stone Ada")),
        (someone("Ada Schmidt"), someone("Aada Schmmidt")),
        (someone("Ada Schmidt", city="Ulm"), someone("A. Schmidt", city="ULM")),
        (someone(phone="+49 171 1234567"), someone(phone="0171 1234567")),
        (someone("王小明", city="北京"), someone("王晓明", city="北京")),
    ]
    for first, second in pairs:
        assert set(blocking_keys(first)) & set(blocking_keys(second)), (first, second)


def test_a_search_finds_known_duplicates_and_few_others():
    figures = measured(people=1_500, doubled=0.1)
    assert figures["precision"] >= 0.97
    assert figures["recall"] >= 0.85
    scan = DuplicateScan.objects.get()
    assert (scan.status, scan.percent, scan.error) == ("done", 100, "")
    assert scan.found_count == DuplicatePair.objects.count()
    pair = DuplicatePair.objects.first()
    assert pair.first_id < pair.second_id
    assert {reason["field"] for reason in pair.reasons} <= {
        *("name", "email", "phone", "city", "company")
    }
    assert pair.reasons[0]["bits"] > 5


def customers(*rows):
    return [
        Customer.objects.create(name=name, email=email, phone=phone, city=city, country="GB")
        for name, email, phone, city in rows
    ]


def search():
    scan = DuplicateScan.objects.create()
    carry_out(scan.pk)
    scan.refresh_from_db()
    assert scan.status == "done", scan.error
    return scan


def test_what_was_decided_stays_decided_and_what_no_longer_fits_goes():
    ada, twin, _other = customers(
        ("Ada Stone", "ada@example.com", "+447700900123", "Leeds"),
        ("Stone Ada", "ada+x@example.com", "", "Leeds"),
        ("Ben Bell", "ben@example.com", "", "Leeds"),
    )
    search()
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second, pair.state) == (ada, twin, "open")
    assert pair.keep_apart(by=UserFactory())
    assert not pair.keep_apart(by=UserFactory())
    search()
    assert DuplicatePair.objects.get().state == "apart"
    DuplicatePair.objects.update(state="open")
    Customer.objects.filter(pk=twin.pk).update(name="Cy", email="cy@example.org", city="Rom")
    search()
    assert not DuplicatePair.objects.exists()


def test_a_key_that_very_many_share_is_skipped_and_told(monkeypatch):
    monkeypatch.setattr(scanning, "MOST_OF_NAME", 3)
    customers(*(("Reception", f"r{n}@example.com", "", "") for n in range(5)))
    scan = search()
    assert scan.skipped == {"keys": 1, "customers": 5}
    assert scan.pair_count == 0


def test_a_search_that_is_cancelled_stops():
    customers(("Ada", "ada@example.com", "", ""))
    scan = DuplicateScan.objects.create(cancel_requested_at="2026-01-01T00:00Z")
    carry_out(scan.pk)
    scan.refresh_from_db()
    assert scan.status == "cancelled"


def test_a_shop_without_customers_has_no_duplicates():
    assert search().found_count == 0


def test_who_is_entered_again_is_recognised(django_assert_max_num_queries):
    ada, _ben = customers(
        ("Ada Stone", "ada@example.com", "+447700900123", "Leeds"),
        ("Ben Bell", "ben@example.com", "", "Leeds"),
    )
    entered = Customer(name="Stone, Ada", email="ADA@example.com", city="Leeds")
    with django_assert_max_num_queries(8):
        found = likely_duplicates(entered)
    assert [one.customer for one in found] == [ada]
    assert found[0].score > 0.9
    assert {reason["field"] for reason in found[0].reasons_for} == {"name", "email", "city"}
    assert likely_duplicates(Customer(name="Cy Carver", email="cy@example.com")) == []
    assert likely_duplicates(Customer()) == []
