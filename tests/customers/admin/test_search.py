"""Finding rows in the admin: search, filters, and lists too long to count."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import paging
from customers.models import Customer, Message, Ticket
from tests.customers.admin.rows import FELT, changed, make_review
from tests.factories import (
    CustomerFactory,
    MessageFactory,
    OrderFactory,
    ProductFactory,
    RecommendationFactory,
    ReviewFactory,
    TicketFactory,
)


def found(client, path):
    return list(client.get(f"/admin/customers/{path}").context["cl"].result_list)


def test_a_customer_is_found_by_the_beginning_of_a_name(admin):
    ada = CustomerFactory(name="Ada Rivers")
    CustomerFactory(name="Ben Stone")
    assert found(admin, "customer/?q=riv") == [ada]
    assert found(admin, "customer/?q=ada+riv") == [ada]
    assert found(admin, "customer/?q=iver") == []


@pytest.mark.parametrize("words", ["", "%00", "'", "*:!", "%27%29%3B--"])
def test_nonsense_is_no_error(admin, words):
    CustomerFactory()
    assert admin.get(f"/admin/customers/customer/?q={words}").status_code == 200
    assert admin.get(f"/admin/customers/order/?q={words}").status_code == 200


def test_an_order_is_found_by_number_and_else_by_customer(admin):
    ada = OrderFactory(number="A-17", customer=CustomerFactory(name="Ada Rivers"))
    OrderFactory(number="B-18", customer=CustomerFactory(name="Ben Stone"))
    assert found(admin, "order/?q=A-1") == [ada]
    assert found(admin, "order/?q=rivers") == [ada]
    assert found(admin, "order/?q=nobody") == []


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("review/?q=kett", lambda: ReviewFactory(product=ProductFactory(name="Red kettle"))),
        ("review/?q=riv", lambda: ReviewFactory(customer=CustomerFactory(name="Ada Rivers"))),
        ("ticket/?q=refund", lambda: TicketFactory(subject="A refund, please")),
        ("ticket/?q=riv", lambda: TicketFactory(customer=CustomerFactory(name="Ada Rivers"))),
        (
            "message/?q=refund",
            lambda: MessageFactory(ticket=TicketFactory(subject="Refund", body="")),
        ),
        (
            "recommendation/?q=riv",
            lambda: RecommendationFactory(customer=CustomerFactory(name="Ada Rivers")),
        ),
    ],
)
def test_rows_are_found_through_what_they_are_about(admin, path, make):
    row = make()
    type(row).objects.exclude(pk=row.pk).delete()
    other = {"review": ReviewFactory, "ticket": TicketFactory, "message": MessageFactory}
    other.get(path.split("/")[0], RecommendationFactory)()
    assert found(admin, path) == [row]


def test_search_scans_no_text(admin):
    CustomerFactory()
    with CaptureQueriesContext(connection) as captured:
        admin.get("/admin/customers/customer/?q=ada")
    assert [query["sql"] for query in captured if "LIKE" in query["sql"]] == []


def test_big_records_are_chosen_by_typing(admin):
    ada = CustomerFactory(name="Ada Rivers")
    CustomerFactory(name="Ben Stone")
    answer = admin.get(
        "/admin/autocomplete/?term=riv&app_label=customers&model_name=ticket&field_name=customer"
    )
    assert json.loads(answer.content)["results"] == [{"id": str(ada.pk), "text": "Ada Rivers"}]


def test_rows_are_told_apart_by_their_analysis(admin):
    waiting, read = ReviewFactory(), make_review()
    aside = changed(ReviewFactory(), attempts=3, analysis_error="too long")
    assert found(admin, "review/?analysis=pending") == [waiting]
    assert found(admin, "review/?analysis=analysed") == [read]
    assert found(admin, "review/?analysis=failed") == [aside]
    assert len(found(admin, "review/?analysis=nonsense")) == 3


def test_tickets_are_told_apart_by_their_messages(admin):
    waiting, aside, read = TicketFactory(), TicketFactory(), TicketFactory()
    Message.objects.filter(ticket=aside).update(attempts=3)
    Message.objects.filter(ticket=read).update(**FELT)
    assert found(admin, "ticket/?analysis=pending") == [waiting]
    assert found(admin, "ticket/?analysis=failed") == [aside]
    assert set(found(admin, "ticket/")) == {waiting, aside, read}


def test_customers_are_told_apart_by_feeling(admin):
    scores = {"negative": -0.6, "neutral": 0.1, "positive": 0.7}
    rows = {
        feeling: changed(CustomerFactory(), sentiment_score=score)
        for feeling, score in scores.items()
    }
    for feeling, row in rows.items():
        assert found(admin, f"customer/?feeling={feeling}") == [row]


def test_countries_are_offered_each_once(admin):
    for country in ("France", "Spain", "France", ""):
        CustomerFactory(country=country)
    answer = admin.get("/admin/customers/customer/?country__exact=France")
    assert len(answer.context["cl"].result_list) == 2
    filters = [spec for spec in answer.context["cl"].filter_specs if spec.title == "country"]
    offered = [choice["display"] for choice in filters[0].choices(answer.context["cl"])]
    assert offered == ["All", "France", "Spain"]


def test_a_list_too_long_to_count_says_so(admin, monkeypatch):
    monkeypatch.setattr(paging, "MOST_COUNTED", 60)
    Customer.objects.bulk_create(Customer(name=f"C{n}") for n in range(70))
    page = admin.get("/admin/customers/customer/").content.decode()
    assert "more than 60 customers" in page
    assert "Select all customers of this list, also those beyond the last page" in page
    Customer.objects.all()[:1].get().delete()
    Ticket.objects.bulk_create(Ticket(subject=f"T{n}") for n in range(55))
    page = admin.get("/admin/customers/ticket/").content.decode()
    assert "55 tickets" in page
    assert "Select all 55 tickets" in page
