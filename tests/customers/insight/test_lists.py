"""Lists narrowed by the links of insight: to just the rows, and they say so."""

from datetime import timedelta

import pytest

from customers.models import Customer, Order, Ticket
from tests.customers.insight.shop import DAY, sell
from tests.factories import (
    NOON,
    AspectMentionFactory,
    CustomerFactory,
    MessageFactory,
    ProductFactory,
    ReviewFactory,
    TicketFactory,
)


def listed(agent, address):
    return [row.pk for row in agent.get(address).context["page"].object_list]


def test_orders_are_narrowed_to_days_both_included(agent):
    first, last = sell(), sell(days=2)
    sell(days=-1)
    sell(days=3)
    found = listed(agent, f"/orders/?placed_since={DAY}&placed_until={DAY + timedelta(days=2)}")
    assert set(found) == {first.pk, last.pk}


def test_orders_are_narrowed_to_currency_country_source_and_category(agent):
    mug = ProductFactory(category="Mugs")
    order = sell(mug, currency="EUR", country="France", source="shop")
    sell(source="")
    for query in ("currency=EUR", "country=France", "source=shop", "category=Mugs"):
        assert listed(agent, f"/orders/?{query}") == [order.pk], query
    assert listed(agent, f"/orders/?product={mug.pk}") == [order.pk]
    assert listed(agent, f"/orders/?customer={order.customer_id}") == [order.pk]
    assert order.pk not in listed(agent, "/orders/?source=own")


def test_first_orders_later_ones_and_those_of_guests_are_told_apart(agent):
    customer = CustomerFactory()
    first, later = sell(customer=customer), sell(customer=customer, days=1)
    guest = sell(customer=None)
    for buyer, order in (("new", first), ("returning", later), ("guest", guest)):
        assert listed(agent, f"/orders/?buyer={buyer}") == [order.pk]


def test_cancelled_orders_and_those_dated_ahead_do_not_count(agent):
    order = sell()
    Order.objects.filter(pk=sell().pk).update(status=Order.Status.CANCELLED)
    sell(days=36500)
    assert listed(agent, "/orders/?counts=true") == [order.pk]


def test_customers_are_narrowed_to_when_they_came_and_what_they_spent(agent):
    early, late = sell().customer, sell(days=9, price="90").customer
    assert listed(agent, f"/customers/?first_order_until={DAY}") == [early.pk]
    assert listed(agent, f"/customers/?first_order_since={DAY + timedelta(days=1)}") == [late.pk]
    assert listed(agent, "/customers/?spent_min=50&spent_below=100&currency=GBP") == [late.pk]
    assert Customer.objects.count() == 2


def test_tickets_are_narrowed_to_when_they_were_opened_and_what_was_said_then(agent):
    ticket = TicketFactory(body="", opened_at=NOON - timedelta(days=9))
    message = MessageFactory(ticket=ticket, sent_at=NOON)
    MessageFactory(ticket=ticket, sent_at=NOON - timedelta(days=9))
    AspectMentionFactory(message=message)
    other = TicketFactory(body="")
    assert listed(agent, f"/tickets/?opened_since={DAY}") == [other.pk]
    assert listed(agent, f"/tickets/?said_since={DAY}&said_until={DAY}") == [ticket.pk]
    assert listed(agent, f"/tickets/?said_since={DAY}&aspect=delivery") == [ticket.pk]
    assert listed(agent, f"/tickets/?said_until={DAY - timedelta(days=1)}&aspect=delivery") == []


def test_tickets_without_an_intent_are_found(agent):
    ticket = TicketFactory()
    Ticket.objects.filter(pk=TicketFactory().pk).update(suggested_intent="get_refund")
    assert listed(agent, "/tickets/?intent=none") == [ticket.pk]


def test_reviews_are_narrowed_to_when_they_were_written(agent):
    ReviewFactory(written_at=NOON - timedelta(days=1))
    review = ReviewFactory()
    assert listed(agent, f"/reviews/?written_since={DAY}&written_until={DAY}") == [review.pk]


def test_a_list_says_what_it_is_narrowed_to_and_how_to_widen_it(agent):
    order = sell()
    page = agent.get(f"/orders/?customer={order.customer_id}&buyer=new&kind=sale").content.decode()
    assert "<strong>1 row</strong>" in page
    assert f"Customer: {order.customer}" in page
    assert "Buyer: first order of a customer" in page
    assert f'href="?customer={order.customer_id}&amp;kind=sale"' in page
    assert "narrowed to" not in agent.get("/orders/?kind=sale").content.decode()


@pytest.mark.parametrize(
    "query",
    ["placed_since=x", "placed_until=9999-12-31", "product=x", "buyer=x", "customer=99999999999"],
)
def test_nonsense_narrows_nothing_and_is_no_error(agent, query):
    order = sell()
    assert listed(agent, f"/orders/?{query}") == [order.pk]
