"""The generated shop as a whole: how much of what, and the same on every machine."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter

from customers.demo.orders import zone_of
from customers.demo.seasons import midnight
from customers.demo.shop import SEED, generate
from tests.customers.demo.conftest import ANCHOR

DIGEST = """
import hashlib
from datetime import date
from customers.demo.shop import generate
print(hashlib.sha256(repr(generate({seed}, date({day}))).encode()).hexdigest())
"""


def test_it_is_as_large_as_promised(shop):
    assert len(shop.people) == 500
    assert len(shop.products) == 200
    assert sum(order.kind == "sale" for order in shop.orders) == 3000
    assert len(shop.reviews) == 600
    assert len(shop.tickets) == 400
    assert len(shop.articles) == 45


def test_it_is_the_same_in_another_process_with_other_hashes(shop):
    script = DIGEST.format(seed=SEED, day=ANCHOR.strftime("%Y, %-m, %-d"))
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == hashlib.sha256(repr(shop).encode()).hexdigest()


def test_another_seed_gives_another_shop_of_the_same_kind(shop):
    other = generate(SEED + 1, ANCHOR)
    assert (len(other.tickets), len(other.reviews)) == (400, 600)
    assert other.people[5].name != shop.people[5].name
    assert not {t.messages[0].body for t in other.tickets[:50]} <= {
        t.messages[0].body for t in shop.tickets
    }


def test_numbers_and_keys_are_unique(shop):
    for keys in (
        [order.number for order in shop.orders],
        [person.key for person in shop.people],
        [person.email for person in shop.people],
        [product.sku for product in shop.products],
        [review.key for review in shop.reviews],
        [ticket.key for ticket in shop.tickets],
        [article.key for article in shop.articles],
    ):
        assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_a_tenth_is_chinese_and_writes_so(shop):
    assert sum(person.language == "zh" for person in shop.people) == 50
    assert sum(review.person.language == "zh" for review in shop.reviews) == 60
    assert sum(ticket.person.language == "zh" for ticket in shop.tickets) == 40
    for review in shop.reviews:
        assert bool(re.search("[一-鿿]", review.body)) == (review.person.language == "zh")


def test_nothing_lies_in_the_future(shop):
    now = midnight(ANCHOR)
    assert max(order.placed_at for order in shop.orders) < now
    assert max(order.delivered_at for order in shop.orders if order.delivered_at) < now
    assert max(review.written_at for review in shop.reviews) < now


def test_postage_is_that_of_the_zone_and_free_from_fifty_pounds_at_home(shop):
    for order in shop.orders:
        if order.kind == "return":
            continue
        zone = zone_of(order.person.country)
        postage = [line.amount for line in order.lines if line.description == zone.name]
        is_free = zone.name == "Standard delivery" and order.goods_total >= 50
        assert postage == ([] if is_free else [zone.postage])


def test_a_return_gives_back_what_its_sale_had(shop):
    sales = {order.number: order for order in shop.orders if order.kind == "sale"}
    for back in (order for order in shop.orders if order.kind == "return"):
        sale = sales[back.returned_order]
        assert back.person == sale.person
        assert back.placed_at > sale.delivered_at
        sold = {line.product.sku: line for line in sale.lines if line.product}
        for line in back.lines:
            assert line.quantity == -sold[line.product.sku].quantity
            assert line.unit_price == sold[line.product.sku].unit_price


def test_nobody_reviews_what_has_not_arrived_or_the_same_thing_twice(shop):
    arrived = {}
    for order in shop.orders:
        for product in order.products:
            if order.kind == "sale" and order.delivered_at:
                arrived.setdefault((order.person.key, product.sku), order.delivered_at)
    pairs = [(review.person.key, review.product.sku) for review in shop.reviews]
    assert len(set(pairs)) == 600
    for pair, review in zip(pairs, shop.reviews, strict=True):
        assert arrived[pair] < review.written_at


def test_no_review_is_written_twice_and_each_says_something(shop):
    bodies = [review.body for review in shop.reviews]
    assert len(set(bodies)) == 600
    assert min(len(body) for body in bodies) >= 8
    for body in bodies:
        sentences = [s for s in re.split(r"(?<=[.!?。！？])\s*", body) if s]
        assert len(set(sentences)) == len(sentences), body


def test_stars_and_words_agree(shop):
    """A buyer who sent the thing back is not delighted with it."""
    backs = {
        (order.person.key, product.sku)
        for order in shop.orders
        if order.kind == "return"
        for product in order.products
    }
    stars = Counter(review.rating for review in shop.reviews)
    assert set(stars) == {1, 2, 3, 4, 5}
    assert stars[5] + stars[4] > 400
    sent_back = [r for r in shop.reviews if (r.person.key, r.product.sku) in backs]
    assert sum(r.rating for r in sent_back) / len(sent_back) < 2.5
