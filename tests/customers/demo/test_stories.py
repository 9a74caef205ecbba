"""The three planted stories can be found in the data that tells them."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from customers.demo.catalogue import price_on
from customers.demo.orders import is_faulty
from customers.demo.seasons import midnight
from customers.demo.stories import FAULTY_SKU, PRICE_RISE_DAY, VIP_KEY
from tests.customers.demo.conftest import ANCHOR

NOW = midnight(ANCHOR)
RISE = NOW - timedelta(days=PRICE_RISE_DAY)


@pytest.fixture(scope="module")
def kettle_reviews(shop):
    """Reviews of the kettle, before and after the faulty batch."""
    turn = min(
        order.placed_at
        for order in shop.orders
        for product in order.products
        if is_faulty(order, product, ANCHOR)
    )
    of_kettle = [review for review in shop.reviews if review.product.sku == FAULTY_SKU]
    late = [r for r in of_kettle if r.written_at >= turn and r.rating < 4]
    return [r for r in of_kettle if r.written_at < turn], late


def mean(reviews):
    return sum(review.rating for review in reviews) / len(reviews)


def test_the_vip_spends_most_of_all(shop):
    spent = Counter()
    for order in shop.orders:
        if order.status != "cancelled":
            spent[order.person.key] += order.goods_total
    (first, most), (_, next_most), *_ = spent.most_common()
    assert first == VIP_KEY
    assert most > 2 * next_most


def test_the_vips_three_last_orders_are_late_and_the_last_is_still_missing(shop):
    *_, first, second, third = [order for order in shop.orders if order.person.key == VIP_KEY]
    assert (first.delivered_at - first.placed_at).days >= 17
    assert (second.delivered_at - second.placed_at).days >= 19
    assert third.delivered_at is None
    assert third.status == "open"
    assert (NOW - third.placed_at).days >= 22


def test_the_vip_complains_about_each_and_ends_furious_and_unanswered(shop):
    tickets = [ticket for ticket in shop.tickets if ticket.person.key == VIP_KEY]
    assert [ticket.matter for ticket in tickets] == ["delivery_delay", "complaint", "complaint"]
    assert [ticket.status for ticket in tickets] == ["closed", "solved", "open"]
    last = tickets[-1].messages
    assert [message.author for message in last[-3:]] == ["customer"] * 3
    assert "Absolutely disgraceful" in last[-1].body


def test_the_kettles_reviews_turn_from_good_to_bad(kettle_reviews):
    before, after = kettle_reviews
    assert len(before) >= 12
    assert mean(before) > 4.3
    assert len(after) >= 10
    assert mean(after) < 1.8


def test_more_kettles_of_the_faulty_batch_come_back(shop):
    sold, back = Counter(), Counter()
    backs = {order.returned_order: order for order in shop.orders if order.kind == "return"}
    for order in shop.orders:
        if order.kind == "sale" and FAULTY_SKU in {p.sku for p in order.products}:
            kettle = next(p for p in order.products if p.sku == FAULTY_SKU)
            is_bad = is_faulty(order, kettle, ANCHOR)
            sold[is_bad] += 1
            returned = backs.get(order.number)
            back[is_bad] += bool(returned and kettle in returned.products)
    assert sold[True] >= 30
    assert back[True] / sold[True] > 0.2
    assert back[False] / sold[False] < 0.08


def test_tickets_about_the_lid_come_from_owners_of_the_batch(shop):
    about_lid = [
        ticket
        for ticket in shop.tickets
        if ticket.order
        and any(is_faulty(ticket.order, product, ANCHOR) for product in ticket.order.products)
        and any(word in ticket.messages[0].body for word in ("hinge", "lid", "铰链"))
    ]
    assert len(about_lid) >= 9
    assert {ticket.matter for ticket in about_lid} >= {"product_fault", "get_refund"}
    assert any(ticket.priority == "urgent" and ticket.status == "open" for ticket in about_lid)


def test_garden_goods_cost_almost_a_fifth_more_since_the_rise(shop):
    bed = next(product for product in shop.products if product.name.startswith("Willow Raised"))
    assert price_on(bed, PRICE_RISE_DAY - 1) == Decimal("89.00")
    assert price_on(bed, PRICE_RISE_DAY) == Decimal("75.4")


def test_the_garden_group_orders_until_the_rise_and_stays_away(shop):
    group = {person.key for person in shop.people if person.habit == "garden_group"}
    sales = [order for order in shop.orders if order.person.key in group and order.kind == "sale"]
    assert len(group) == 24
    assert len(sales) > 200
    last = {order.person.key: order.placed_at for order in sales}
    assert all(day < RISE + timedelta(days=20) for day in last.values())
    garden = sum(p.category == "Garden" for order in sales for p in order.products)
    assert garden / sum(len(order.products) for order in sales) > 0.6


def test_gardeners_say_why_and_none_of_them_orders_again(shop):
    last = {order.person.key: order.placed_at for order in shop.orders}
    told = [
        ticket
        for ticket in shop.tickets
        if ticket.person.habit == "garden_group" and ticket.messages[0].sent_at > RISE
    ]
    assert len(told) == 8
    assert len({ticket.person.key for ticket in told}) == 8
    for ticket in told:
        assert last[ticket.person.key] < ticket.messages[0].sent_at
