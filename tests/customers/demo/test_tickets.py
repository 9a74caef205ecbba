"""The tickets are about orders that exist, in their order of time, and read like people's."""

import re
from collections import Counter
from datetime import timedelta

import pytest

from customers.demo.content import content
from customers.demo.seasons import midnight
from customers.models import Ticket
from customers.taxonomies import INTENTS
from tests.customers.demo.conftest import ANCHOR

NUMBER = re.compile(r"FK-\d{5}")
SLUGS = {slug for slug, _, _ in INTENTS}
DAY = timedelta(days=1)


def of_matter(shop, *matters):
    return [ticket for ticket in shop.tickets if ticket.matter in matters]


def test_every_intent_comes_up_and_none_is_unknown(shop):
    assert {ticket.matter for ticket in shop.tickets} == SLUGS


def test_the_order_of_a_ticket_belongs_to_its_customer_and_was_placed_before(shop):
    orders = {order.number: order for order in shop.orders}
    about_orders = [ticket for ticket in shop.tickets if ticket.order]
    assert len(about_orders) > 200
    for ticket in about_orders:
        assert orders[ticket.order.number].person == ticket.person
        assert ticket.order.placed_at < ticket.messages[0].sent_at


def test_no_other_order_is_named_than_the_one_of_the_ticket(shop):
    named = 0
    for ticket in shop.tickets:
        texts = [ticket.subject, *(message.body for message in ticket.messages)]
        for number in NUMBER.findall(" ".join(texts)):
            assert number == ticket.order.number, ticket
            named += 1
    assert named > 200


def test_messages_are_in_order_of_time_begin_with_the_customer_and_lie_in_the_past(shop):
    for ticket in shop.tickets:
        times = [message.sent_at for message in ticket.messages]
        assert times == sorted(set(times))
        assert times[-1] < midnight(ANCHOR)
        assert ticket.messages[0].author == "customer"
    opened = [ticket.messages[0].sent_at for ticket in shop.tickets]
    assert opened == sorted(opened)


def test_no_message_is_written_twice(shop):
    bodies = [message.body for ticket in shop.tickets for message in ticket.messages]
    assert len(bodies) > 900
    assert [body for body, count in Counter(bodies).items() if count > 1] == []


def test_no_word_is_left_in_braces_and_nothing_is_empty(shop):
    for ticket in shop.tickets:
        for text in (ticket.subject, *(message.body for message in ticket.messages)):
            assert text.strip() == text
            assert text
            assert not re.search(r"[{}]|  |\bNone\b", text), text


def test_products_agree_with_their_verbs(shop):
    """Never "the scissors is" nor "the mug were"."""
    singular, plural = r"(?:is|was|has|doesn't|does|leaks|needs)", r"(?:are|were|have|don't)"
    for product in shop.products:
        wrong = singular if product.plural else plural
        noun = re.escape(product.noun)
        pattern = re.compile(rf"(?<!with )\b(?:the|my|your) {noun} {wrong}\b", re.I)
        for ticket in shop.tickets:
            for message in ticket.messages:
                assert not pattern.search(message.body), message.body


def test_customers_write_their_own_language(shop):
    for ticket in shop.tickets:
        opening = ticket.messages[0].body
        is_chinese = bool(re.search("[一-鿿]", opening.replace(ticket.person.name, "")))
        assert is_chinese == (ticket.person.language == "zh"), opening
    languages = Counter(ticket.person.language for ticket in shop.tickets)
    assert languages["zh"] == 40
    assert languages["de"] >= 8
    assert languages["fr"] >= 7


def test_who_asks_where_the_parcel_is_has_not_got_it_yet(shop):
    waiting = of_matter(shop, "track_order", "delivery_delay")
    assert len(waiting) > 50
    for ticket in waiting:
        arrived = ticket.order.delivered_at
        assert arrived is None or ticket.messages[0].sent_at < arrived


def test_only_late_parcels_are_called_late(shop):
    for ticket in of_matter(shop, "delivery_delay"):
        assert ticket.messages[0].sent_at - ticket.order.placed_at > 4 * DAY


def test_faults_mix_ups_and_refunds_follow_the_delivery(shop):
    for ticket in of_matter(shop, "product_fault", "wrong_item", "get_refund", "track_refund"):
        assert ticket.order.delivered_at < ticket.messages[0].sent_at


def test_who_misses_a_refund_has_sent_something_back(shop):
    returned = {order.returned_order: order for order in shop.orders if order.kind == "return"}
    tickets = of_matter(shop, "track_refund")
    assert tickets
    for ticket in tickets:
        assert returned[ticket.order.number].placed_at < ticket.messages[0].sent_at


def test_cancelled_orders_are_those_whose_customers_cancelled(shop):
    tickets = [ticket for ticket in of_matter(shop, "cancel_order") if ticket.order]
    assert len(tickets) > 8
    assert {ticket.order.status for ticket in tickets} == {"cancelled"}


def test_changes_are_asked_for_soon_after_ordering(shop):
    for ticket in of_matter(shop, "change_shipping_address", "change_order"):
        assert ticket.messages[0].sent_at - ticket.order.placed_at < DAY


def test_older_tickets_are_done_and_an_inbox_of_recent_ones_is_left(shop):
    now = midnight(ANCHOR)
    left = [ticket for ticket in shop.tickets if ticket.status in ("open", "pending")]
    assert 25 <= len(left) <= 70
    for ticket in left:
        assert now - ticket.messages[-1].sent_at < 10 * DAY
    closed = [ticket for ticket in shop.tickets if ticket.status == "closed"]
    assert len(closed) > 200
    for ticket in closed:
        assert now - ticket.messages[-1].sent_at >= 29 * DAY
    for ticket in shop.tickets:
        if len(ticket.messages) == 1 and now - ticket.messages[0].sent_at < 2 * DAY:
            assert ticket.status == "open"


def test_staff_have_set_the_intent_on_a_part_of_the_finished_ones_only(shop):
    done = [ticket for ticket in shop.tickets if ticket.status in ("solved", "closed")]
    decided = [ticket for ticket in shop.tickets if ticket.intent]
    assert {ticket.key for ticket in decided} < {ticket.key for ticket in done}
    assert 0.4 < len(decided) / len(done) < 0.6
    assert all(ticket.intent == ticket.matter for ticket in decided)


def test_status_priority_and_channel_are_choices_of_the_model(shop):
    assert {ticket.status for ticket in shop.tickets} == set(Ticket.Status.values)
    assert {ticket.priority for ticket in shop.tickets} == set(Ticket.Priority.values)
    assert {ticket.channel for ticket in shop.tickets} == {"email", "web", "chat", "phone"}


@pytest.mark.parametrize("name", ["tickets_en", "tickets_zh"])
def test_every_intent_of_the_ticket_files_is_one_of_the_shop(name):
    assert set(content(name)["intents"]) <= SLUGS
