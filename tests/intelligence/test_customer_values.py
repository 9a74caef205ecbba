"""Value and churn as columns: fitted per source, written in bulk, only when something changed."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, ModelVersion, Order, Refresh
from intelligence.customer_values import refresh_values_when_due
from intelligence.tasks import refresh_values
from tests.factories import NOON, CustomerFactory, ExchangeRateFactory

pytestmark = pytest.mark.django_db

FIGURES = (
    *("alive_probability", "alive_probability_low", "alive_probability_high"),
    *("expected_orders", "expected_orders_low", "expected_orders_high", "likely_orders"),
    *("expected_value", "expected_value_low", "expected_value_high", "expected_next_order_at"),
)


def fill(source="shop", customers=120, currency="GBP", worth=1, seed=4):
    """A source whose customers buy at a pace of their own, up to the day of NOON."""
    rng = np.random.default_rng(seed)
    people = Customer.objects.bulk_create(
        Customer(name=f"{source} {n}", source=source) for n in range(customers)
    )
    orders = []
    for person in people:
        back, pace = rng.uniform(100, 300), rng.exponential(40) + 3
        while back > 0 and rng.random() > 0.1:
            orders.append(sale(person, back, round(float(rng.gamma(3, 10)) * worth, 2), currency))
            back -= rng.exponential(pace)
    orders.append(sale(people[0], 0, 30 * worth, currency))
    Order.objects.bulk_create(orders)
    Customer.objects.filter(source=source).refresh_order_statistics()
    return people


def sale(customer, days_ago, total, currency="GBP", **columns):
    total = Decimal(str(total))
    return Order(
        number="1", customer=customer, currency=currency, goods_total=total, total=total,
        placed_at=NOON - timedelta(days=days_ago), source=customer.source, **columns,
    )  # fmt: skip


def test_every_customer_with_orders_gets_figures_and_the_others_a_reason():
    people = fill()
    nobody = CustomerFactory(source="shop")
    done = refresh_values_when_due()
    buyers = Customer.objects.filter(order_count__gt=0)
    assert done.fitted == 1
    assert done.written == len(people) + 1
    for name in FIGURES[:-1]:
        assert not buyers.filter(**{f"{name}__isnull": True}).exists(), name
    version = ModelVersion.objects.get(task="value")
    assert set(buyers.values_list("value_model_version", "value_reason")) == {(version.sha256, "")}
    nobody.refresh_from_db()
    assert nobody.value_reason == "no orders yet"
    assert [getattr(nobody, name) for name in FIGURES] == [None] * len(FIGURES)


def test_the_figures_make_sense_together():
    fill()
    refresh_values_when_due()
    for row in Customer.objects.filter(order_count__gt=0):
        assert 0 <= row.alive_probability_low <= row.alive_probability <= row.alive_probability_high
        assert row.churn_probability == 1 - row.alive_probability
        assert row.expected_orders_low <= row.likely_orders <= row.expected_orders_high
        assert 0 <= row.expected_value_low <= row.expected_value
        if row.expected_next_order_at:
            assert row.expected_next_order_at > NOON - timedelta(days=1)
            assert row.alive_probability > 0.5


def test_a_customer_who_fell_silent_is_less_likely_to_be_one():
    people = fill()
    Order.objects.bulk_create(
        [
            *(sale(people[1], days, 20) for days in range(0, 100, 10)),
            *(sale(people[2], days, 20) for days in range(150, 250, 10)),
        ]
    )
    refresh_values_when_due()
    loyal, silent = (Customer.objects.get(pk=person.pk) for person in people[1:3])
    assert loyal.alive_probability > 0.8 > 0.3 > silent.alive_probability
    assert silent.expected_next_order_at is None


def test_nothing_is_done_while_nothing_changed(django_assert_max_num_queries):
    fill(customers=60)
    refresh_values_when_due()
    with django_assert_max_num_queries(5):
        assert refresh_values_when_due() is None


def test_a_new_order_moves_its_customer_and_keeps_the_model():
    people = fill()
    refresh_values_when_due()
    before = Customer.objects.get(pk=people[5].pk)
    Order.objects.bulk_create([sale(people[5], 0, 25)])
    people[5].bought_something()
    done = refresh_values_when_due()
    assert done.fitted == 0
    assert 1 <= done.written < 10
    after = Customer.objects.get(pk=people[5].pk)
    assert after.expected_orders > before.expected_orders
    assert after.value_model_version == before.value_model_version


def test_a_shop_that_grew_is_fitted_again():
    people = fill()
    refresh_values_when_due()
    Order.objects.bulk_create(sale(person, 1, 25) for person in people[:40])
    assert refresh_values_when_due().fitted == 1
    assert ModelVersion.objects.filter(task="value").count() == 2


def test_a_small_source_is_told_by_the_model_of_the_whole_shop():
    fill(customers=120)
    few = fill("stall", customers=5, seed=8)
    assert refresh_values_when_due().fitted == 2
    told = Customer.objects.get(pk=few[0].pk)
    assert told.value_reason == ""
    assert told.value_model_version == ModelVersion.objects.get(name="value of all").sha256


def test_a_shop_that_teaches_nothing_says_why():
    people = [CustomerFactory(source="shop") for _ in range(3)]
    Order.objects.bulk_create(sale(person, 5, 10) for person in people)
    Customer.objects.all().refresh_order_statistics()
    assert refresh_values_when_due().fitted == 0
    row = Customer.objects.first()
    assert row.value_reason == "too few customers came back to learn from"
    assert [getattr(row, name) for name in FIGURES] == [None] * len(FIGURES)
    assert not ModelVersion.objects.filter(task="value").exists()


def test_returns_cancelled_and_future_orders_are_no_purchases():
    people = fill(customers=60)
    refresh_values_when_due()
    before = Customer.objects.get(pk=people[3].pk).expected_orders
    Order.objects.bulk_create(
        [
            sale(people[3], 1, -20, kind="return"),
            sale(people[3], 1, 20, status="cancelled"),
            sale(people[3], -90_000, 20),
        ]
    )
    refresh_values_when_due()
    assert Customer.objects.get(pk=people[3].pk).expected_orders == before


def test_who_only_returned_has_no_orders_yet():
    fill(customers=60)
    back = CustomerFactory(source="shop")
    Order.objects.bulk_create([sale(back, 2, -20, kind="return")])
    back.bought_something()
    refresh_values_when_due()
    back.refresh_from_db()
    assert (back.value_reason, back.expected_value) == ("no orders yet", None)


def test_values_are_in_the_currency_of_each_customer():
    fill("shop", customers=60)
    refresh_values_when_due()
    pounds = dict(Customer.objects.values_list("name", "expected_value"))
    Customer.objects.all().delete()
    Order.objects.all().delete()
    ModelVersion.objects.all().delete()
    fill("shop", customers=60, currency="JPY", worth=200)
    refresh_values_when_due()
    for row in Customer.objects.filter(order_count__gt=0):
        assert float(row.expected_value) == pytest.approx(
            200 * float(pounds[row.name]), rel=0.02, abs=3
        )


def test_amounts_with_a_rate_are_valued_in_the_base_currency(settings):
    settings.BASE_CURRENCY = "GBP"
    ExchangeRateFactory(currency="JPY", rate="0.005")
    fill("shop", customers=60, currency="JPY", worth=200)
    refresh_values_when_due()
    row = Customer.objects.filter(order_count__gt=3).first()
    assert row.currency == "GBP"
    assert 0 < row.expected_value < 500


def test_the_number_of_queries_does_not_hang_on_the_customers():
    fill(customers=60)
    with CaptureQueriesContext(connection) as few:
        refresh_values_when_due()
    Refresh.objects.all().delete()
    ModelVersion.objects.all().delete()
    fill(customers=240, seed=9)
    with CaptureQueriesContext(connection) as many:
        refresh_values_when_due()
    assert len(few) == len(many)


def test_the_task_rests_after_a_costly_refresh():
    people = fill(customers=60)
    refresh_values()
    Refresh.objects.update(took_seconds=600, refreshed_at=NOON.replace(year=2126))
    Order.objects.bulk_create([sale(people[2], 0, 10)])
    refresh_values()
    assert (
        Customer.objects.get(pk=people[2].pk).valued_at
        == Customer.objects.get(pk=people[1].pk).valued_at
    )


def test_analyse_measures_and_values_customers(ledger):
    fill(customers=60)
    Customer.objects.update(analysed_at=NOON)
    call_command("analyse", "customer", stdout=StringIO())
    row = Customer.objects.filter(order_count__gt=0).first()
    assert row.rfm_class
    assert row.value_model_version
