"""Every list: shown to staff alone, found and paginated."""

from datetime import UTC, datetime

import pytest

from customers.models import Customer, Intent, Product, Ticket
from tests.factories import (
    ArticleFactory,
    AudienceFactory,
    CustomerFactory,
    ImportFactory,
    OrderFactory,
    ProductFactory,
    ReviewFactory,
    TicketFactory,
)

FACTORIES = {
    "/audiences/": AudienceFactory,
    "/customers/": CustomerFactory,
    "/tickets/": TicketFactory,
    "/products/": ProductFactory,
    "/orders/": OrderFactory,
    "/reviews/": ReviewFactory,
    "/articles/": ArticleFactory,
    "/imports/": ImportFactory,
}


@pytest.mark.parametrize("address", ["/", *FACTORIES])
def test_strangers_are_sent_to_the_login(client, db, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize("address", FACTORIES)
def test_an_empty_list_says_so(agent, address):
    answer = agent.get(address)
    assert answer.status_code == 200
    assert b'class="empty"' in answer.content


def test_a_page_that_does_not_exist_shows_the_last_one(agent):
    Customer.objects.bulk_create(Customer(name=f"C{n}") for n in range(60))
    assert agent.get("/customers/?page=99").context["page"].number == 2
    assert agent.get("/customers/?page=x").context["page"].number == 1


def test_customers_are_searched_by_the_beginning_of_words(agent):
    CustomerFactory(name="Ada Stone")
    CustomerFactory(name="Ben Rivers")
    shown = agent.get("/customers/?q=riv").context["page"].object_list
    assert [customer.name for customer in shown] == ["Ben Rivers"]


def test_a_persons_decision_counts_before_the_models_opinion_in_filters(agent):
    decided, suggested = TicketFactory(), TicketFactory()
    refund, track = Intent.objects.get(pk="get_refund"), Intent.objects.get(pk="track_order")
    Ticket.objects.filter(pk=decided.pk).update(intent=refund, suggested_intent=track)
    Ticket.objects.filter(pk=suggested.pk).update(suggested_intent=track)
    shown = agent.get("/tickets/?intent=track_order").context["page"].object_list
    assert [ticket.pk for ticket in shown] == [suggested.pk]


@pytest.mark.parametrize("query", ["q=%00", "segment=x", "feeling=x", "sort=x", "country=%27"])
def test_nonsense_in_the_address_is_no_error(agent, query):
    CustomerFactory()
    assert agent.get(f"/customers/?{query}").status_code == 200


@pytest.mark.parametrize(("sort", "names"), [("-spent", "BAC"), ("last_order", "ABC"), ("", "CBA")])
def test_customers_are_sorted_with_those_without_a_value_last(agent, sort, names):
    for name, spent, day in (("A", 5, 1), ("B", 9, 2), ("C", 0, None)):
        row = CustomerFactory(name=name)
        at = None if day is None else datetime(2026, 1, day, tzinfo=UTC)
        Customer.objects.filter(pk=row.pk).update(spent_total=spent, last_order_at=at)
    page = agent.get(f"/customers/?sort={sort}").context["page"]
    assert "".join(customer.name for customer in page) == names


@pytest.mark.parametrize(("sort", "names"), [("-reviews", "BA"), ("sentiment", "BA"), ("", "AB")])
def test_products_are_sorted(agent, sort, names):
    for name, count, score in (("A", 1, None), ("B", 7, -0.5)):
        row = ProductFactory(name=name)
        Product.objects.filter(pk=row.pk).update(review_count=count, sentiment_score=score)
    page = agent.get(f"/products/?sort={sort}").context["page"]
    assert "".join(product.name for product in page) == names


def test_countries_are_offered_as_there_are(agent):
    for country in ("GB", "FR", "GB", ""):
        CustomerFactory(country=country)
    choices = agent.get("/customers/").context["filter"].form.fields["country"].choices
    assert [value for value, _ in choices] == ["", "FR", "GB"]
    assert len(agent.get("/customers/?country=GB").context["page"].object_list) == 2
