"""The help centre says what the shop does."""

import re
from collections import Counter
from decimal import Decimal

import pytest

from customers.demo.orders import EUROPE, FREE_FROM, HOME, WORLD
from customers.demo.stories import (
    NOT_STALE_ARTICLE,
    RETURN_CONTRADICTION,
    RETURN_POLICY,
    STALE_ARTICLE,
)
from tests.customers.demo.conftest import ANCHOR


@pytest.fixture(scope="module")
def article(shop):
    return {article.key: article for article in shop.articles}


def test_there_are_thirty_nine_english_and_six_chinese_ones(shop):
    assert Counter(article.language for article in shop.articles) == {"en": 39, "zh": 6}


def test_one_is_a_draft_two_are_for_staff_one_has_expired_and_one_is_stale(shop):
    def keys(wanted):
        return [article.key for article in shop.articles if wanted(article)]

    assert keys(lambda one: one.status == "draft") == ["sharpening-service"]
    assert keys(lambda one: one.visibility == "staff") == [
        "staff-returns-by-telephone",
        "staff-goodwill",
    ]
    assert keys(lambda one: one.expires_on and one.expires_on <= ANCHOR) == [
        "summer-terracotta-offer"
    ]
    assert keys(lambda one: one.changed_on) == [STALE_ARTICLE]


def test_the_planted_contradictions_say_different_days_of_the_same_thing(article):
    assert "**30 days from the day of delivery**" in article[RETURN_POLICY].body
    assert "**14 days from the day of delivery**" in article[RETURN_CONTRADICTION].body
    assert "waits there for seven days" in article[NOT_STALE_ARTICLE].body
    assert "waits there for **ten days**" in article[STALE_ARTICLE].body


def test_none_but_the_planted_one_gives_another_number_of_days_for_a_return(shop):
    """In no article or letter of the shop, so that a radar finds what was planted alone."""
    said = [(article.key, article.body) for article in shop.articles]
    said += [
        (ticket.key, message.body)
        for ticket in shop.tickets
        for message in ticket.messages
        if message.author == "agent"
    ]
    days = re.compile(r"return\w* [^.]{0,60}within (?:\*\*)?(\w+) days", re.I)
    found = {(key, number) for key, body in said for number in days.findall(body)}
    other = {key for key, number in found if number not in ("30", "thirty")}
    assert other == {RETURN_CONTRADICTION}


def test_they_are_of_a_length_that_is_read(shop):
    for article in shop.articles:
        if article.language == "en":
            assert 80 <= len(article.body.split()) <= 250, article.key
        else:
            assert 200 <= len(article.body) <= 600, article.key


@pytest.mark.parametrize("zone", [HOME, EUROPE, WORLD], ids=lambda zone: zone.name)
def test_postage_and_days_are_those_of_the_orders(article, zone):
    first, last = zone.days
    english = article["delivery-prices-and-times"].body
    assert f"£{zone.postage}" in english
    assert f"{first} to {last} working days" in english
    chinese = article["zh-delivery"].body
    assert f"{zone.postage}英镑" in chinese
    assert f"{first}到{last}个工作日" in chinese


def test_delivery_is_free_from_the_sum_that_counts(article):
    assert Decimal("50.00") == FREE_FROM
    assert "**free from £50**" in article["delivery-prices-and-times"].body


def test_vouchers_and_wrapping_are_called_and_cost_as_on_the_orders(shop, article):
    charges = {
        line.description: line.unit_price
        for order in shop.orders
        for line in order.lines
        if not line.product
    }
    assert "WELCOME10" in article["voucher-welcome10"].body
    assert "Voucher WELCOME10" in charges
    assert f"£{charges['Gift wrapping']}" in article["gift-wrapping-and-cards"].body
