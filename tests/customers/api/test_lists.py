"""Lists: filters and paging."""

from customers.models import Customer, Intent, Ticket
from tests.factories import (
    CustomerFactory,
    TicketFactory,
)


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
