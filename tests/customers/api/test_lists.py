"""Lists: filters, paging, and queries that do not grow with the rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Intent, Ticket
from tests.factories import (
    ArticleFactory,
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    RecommendationFactory,
    ReviewFactory,
    TicketFactory,
)

FACTORIES = {
    "customers": CustomerFactory,
    "products": ProductFactory,
    "orders": OrderFactory,
    "tickets": TicketFactory,
    "reviews": ReviewFactory,
    "articles": ArticleFactory,
    "recommendations": RecommendationFactory,
}


@pytest.mark.parametrize("noun", FACTORIES)
def test_a_list_costs_the_same_queries_for_1_and_30_rows(api, noun):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = api.get(f"/api/v1/{noun}/")
        return len(answer.json()["results"]), len(captured)

    FACTORIES[noun]()
    one = queries()
    for _ in range(29):
        FACTORIES[noun]()
    thirty = queries()
    assert (one[0], thirty[0]) == (1, 30)
    assert one[1] == thirty[1]


def test_a_walk_by_cursor_visits_each_row_once_while_rows_arrive(api):
    before = {CustomerFactory().pk for _ in range(25)}
    seen, address = [], "/api/v1/customers/?page_size=10"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
        CustomerFactory()
    assert sorted(pk for pk in seen if pk in before) == sorted(before)


def test_a_page_never_holds_more_than_200_rows(api):
    Customer.objects.bulk_create(Customer(name=str(n)) for n in range(250))
    assert len(api.get("/api/v1/customers/?page_size=1000").json()["results"]) == 200


def test_customers_are_found_by_the_beginning_of_a_word(api):
    CustomerFactory(name="Ada Stone")
    CustomerFactory(name="Ben Rivers")
    names = [row["name"] for row in api.get("/api/v1/customers/?q=sto").json()["results"]]
    assert names == ["Ada Stone"]


def test_tickets_are_narrowed_by_what_the_model_says(api):
    wanted, _ = TicketFactory(), TicketFactory()
    refund = Intent.objects.get(pk="get_refund")
    Ticket.objects.filter(pk=wanted.pk).update(suggested_intent=refund, sentiment="negative")
    query = "suggested_intent=get_refund&sentiment=negative"
    rows = api.get(f"/api/v1/tickets/?{query}").json()["results"]
    assert [row["id"] for row in rows] == [wanted.pk]
