"""The sums over a customer's orders: what counts, and in which currency."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.currencies import in_base_currency
from customers.models import Customer, Order
from tests.factories import NOON, CustomerFactory, ExchangeRateFactory, OrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def add():
    def add(customer, total="10", days_ago=0, **columns):
        at = columns.pop("placed_at", NOON - timedelta(days=days_ago))
        made = OrderFactory(customer=customer, lines=0, placed_at=at, **columns)
        Order.objects.filter(pk=made.pk).update(goods_total=total, total=total)
        customer.bought_something()
        customer.refresh_from_db()
        return made

    return add


def test_a_customer_without_orders_has_no_habits():
    customer = CustomerFactory()
    customer.bought_something()
    customer.refresh_from_db()
    assert (customer.order_count, customer.return_rate, customer.typical_gap_days) == (
        0,
        None,
        None,
    )
    assert (customer.spent_total, customer.currency, customer.rfm_class) == (0, "", "")


def test_the_typical_gap_is_the_median_between_days_with_a_sale(add):
    customer = CustomerFactory()
    for days in (100, 90, 60):
        add(customer, days_ago=days)
    assert customer.typical_gap_days == 20  # of 10 and 30
    add(customer, placed_at=NOON - timedelta(days=60, hours=3))  # the same day: one visit
    assert customer.typical_gap_days == 20
    add(customer, days_ago=59)
    assert customer.typical_gap_days == 10  # of 10, 30 and 1
    add(customer, total="-10", days_ago=1, kind="return")
    assert customer.typical_gap_days == 10


def test_one_order_has_no_gap(add):
    customer = CustomerFactory()
    add(customer)
    assert customer.typical_gap_days is None
    assert customer.return_rate == 0


def test_the_return_rate_is_the_share_of_all_orders_that_are_returns(add):
    customer = CustomerFactory()
    for _ in range(3):
        add(customer, total="20")
    add(customer, total="-20", kind="return")
    assert (customer.return_rate, customer.spent_total) == (0.25, 40)


def test_who_only_returned_has_no_order_and_a_return_rate_of_one(add):
    customer = CustomerFactory()
    add(customer, total="-20", kind="return")
    assert (customer.order_count, customer.return_count, customer.return_rate) == (0, 1, 1.0)
    assert (customer.spent_total, customer.last_order_at) == (-20, None)
    assert customer.average_order_value is None


def test_orders_of_the_future_and_cancelled_ones_count_for_nothing(add):
    customer = CustomerFactory()
    add(customer, total="10")
    add(customer, total="500", placed_at=timezone.now() + timedelta(days=2))
    add(customer, total="700", status="cancelled")
    assert (customer.order_count, customer.spent_total) == (1, 10)
    assert customer.last_order_at == NOON


def test_a_history_of_ten_thousand_orders_is_summed_up():
    customer = CustomerFactory()
    Order.objects.bulk_create(
        Order(
            number=str(n), customer=customer, currency="GBP", goods_total=1, total=1,
            placed_at=NOON - timedelta(hours=12 * n),
        )
        for n in range(10_000)
    )  # fmt: skip
    customer.bought_something()
    customer.refresh_from_db()
    assert (customer.order_count, customer.spent_total) == (10_000, 10_000)
    assert customer.typical_gap_days == 1


def test_sums_that_come_out_the_same_are_not_written(add):
    customer = CustomerFactory()
    add(customer)
    assert Customer.objects.filter(pk=customer.pk).refresh_order_statistics() == 0


def test_currencies_are_kept_apart_without_a_rate(add):
    customer = CustomerFactory()
    add(customer, total="100", days_ago=9, currency="EUR")
    add(customer, total="30", days_ago=1, currency="GBP")
    assert (customer.currency, customer.spent_total, customer.average_order_value) == (
        "GBP",
        30,
        30,
    )
    assert customer.order_count == 2


def test_a_rate_alone_converts_nothing_while_the_shop_has_no_base_currency(add):
    ExchangeRateFactory()
    customer = CustomerFactory()
    add(customer, total="100", currency="EUR")
    assert (customer.currency, customer.spent_total) == ("EUR", 100)


def test_sums_are_in_the_base_currency_where_a_rate_leads_there(add, settings):
    settings.BASE_CURRENCY = "GBP"
    ExchangeRateFactory(rate="0.80")
    customer = CustomerFactory()
    add(customer, total="30", days_ago=9, currency="GBP")
    add(customer, total="100", days_ago=1, currency="EUR")
    assert (customer.currency, customer.spent_total) == ("GBP", 110)
    assert customer.average_order_value == 55


def test_the_rate_is_that_of_the_orders_day(add, settings):
    settings.BASE_CURRENCY = "GBP"
    ExchangeRateFactory(rate="0.80", valid_from_on=date(2025, 1, 1))
    ExchangeRateFactory(rate="0.90", valid_from_on=date(2026, 3, 1))
    customer = CustomerFactory()
    add(customer, total="100", days_ago=2, currency="EUR")  # 28 February
    assert customer.spent_total == 80
    add(customer, total="100", days_ago=1, currency="EUR")  # 1 March
    assert customer.spent_total == 170


def test_a_currency_without_a_rate_stays_apart_from_those_with_one(add, settings):
    settings.BASE_CURRENCY = "GBP"
    ExchangeRateFactory(rate="0.80")
    customer = CustomerFactory()
    add(customer, total="1000", days_ago=9, currency="USD")
    add(customer, total="100", days_ago=1, currency="EUR")
    assert (customer.currency, customer.spent_total) == ("GBP", 80)
    add(customer, total="500", currency="USD")  # the latest order decides
    assert (customer.currency, customer.spent_total) == ("USD", 1500)


def test_before_the_first_day_of_a_rate_nothing_is_converted(add, settings):
    settings.BASE_CURRENCY = "GBP"
    ExchangeRateFactory(valid_from_on=date(2026, 4, 1))
    customer = CustomerFactory()
    add(customer, total="100", currency="EUR")
    assert (customer.currency, customer.spent_total) == ("EUR", 100)


def test_the_orm_converts_as_the_sums_do(add, settings):
    settings.BASE_CURRENCY = "GBP"
    ExchangeRateFactory(rate="0.80", valid_from_on=date(2026, 1, 1))
    customer = CustomerFactory()
    for total, currency in (("100", "EUR"), ("7", "GBP"), ("9", "USD")):
        add(customer, total=total, currency=currency)
    found = Order.objects.order_by("pk").annotate(money=in_base_currency())
    assert [row.money for row in found] == [Decimal(80), Decimal(7), None]
    settings.BASE_CURRENCY = ""
    found = Order.objects.order_by("pk").annotate(money=in_base_currency())
    assert [row.money for row in found] == [None, None, None]
