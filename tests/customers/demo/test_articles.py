"""The help centre says what the shop does."""

from collections import Counter
from decimal import Decimal

import pytest

from customers.demo.orders import EUROPE, FREE_FROM, HOME, WORLD


@pytest.fixture(scope="module")
def article(shop):
    return {article.key: article for article in shop.articles}


def test_there_are_thirty_four_english_and_six_chinese_ones(shop):
    assert Counter(article.language for article in shop.articles) == {"en": 34, "zh": 6}


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
