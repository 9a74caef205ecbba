"""Refreshing RFM classes, their history and the cohorts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import timezone

from customers.cohorts import cohort_retention
from customers.measures import LOCK_KEY, LOCK_SPACE, refresh_measures_when_due
from customers.models import CohortCell, Customer, Order, Refresh, RfmChange
from customers.tasks import refresh_measures
from tests.factories import NOON, CustomerFactory, ExchangeRateFactory, OrderFactory

pytestmark = pytest.mark.django_db


def buyer(*days_ago, total=10, **columns):
    """A customer with an order of `total` on each of these days before the shop's last."""
    customer = CustomerFactory(source=columns.pop("source", "shop"), **columns)
    for days in days_ago:
        order(customer, NOON - timedelta(days=days), total)
    customer.bought_something()
    return customer


def order(customer, at, total=10, **columns):
    return Order.objects.create(
        number="1", customer=customer, placed_at=at, goods_total=total, total=total,
        currency=columns.pop("currency", "GBP"), **columns,
    )  # fmt: skip


def classes():
    return dict(Customer.objects.values_list("pk", "rfm_class"))


def test_scores_are_fifths_of_the_source():
    people = [buyer(*range(10 * n, 10 * n + 5 - n), total=10 * (5 - n)) for n in range(5)]
    refresh_measures_when_due()
    scores = [
        Customer.objects.values_list("recency_score", "frequency_score", "monetary_score").get(
            pk=person.pk
        )
        for person in people
    ]
    assert [recency for recency, _, _ in scores] == [5, 4, 3, 2, 1]
    assert [frequency for _, frequency, _ in scores] == [5, 4, 3, 2, 1]
    assert [money for _, _, money in scores] == [5, 4, 3, 2, 1]
    assert [classes()[p.pk] for p in people] == [
        *("champion", "loyal", "needs_attention", "hibernating", "lost"),
    ]


def test_equal_customers_get_equal_scores_where_most_bought_once():
    once = [buyer(n) for n in range(40)]
    twice = buyer(50, 60)
    often = buyer(*range(70, 80))
    refresh_measures_when_due()
    scores = dict(Customer.objects.values_list("pk", "frequency_score"))
    assert {scores[person.pk] for person in once} == {1}
    assert scores[twice.pk] > 1
    assert scores[often.pk] == 5


def test_sources_are_scored_apart():
    buyer(0, 1, 2, source="shop")
    buyer(30, source="shop")
    alone = buyer(500, source="other")
    refresh_measures_when_due()
    alone.refresh_from_db()
    assert (alone.recency_score, alone.rfm_class) == (5, "new")


def test_without_a_sale_there_is_no_class():
    nobody = CustomerFactory(source="shop")
    returned = CustomerFactory(source="shop")
    order(returned, NOON, -10, kind="return")
    buyer(0)
    returned.bought_something()
    refresh_measures_when_due()
    assert classes()[nobody.pk] == classes()[returned.pk] == ""
    assert not RfmChange.objects.filter(customer__in=[nobody, returned]).exists()


def test_a_shop_without_customers_is_refreshed_too():
    done = refresh_measures_when_due()
    assert (done.recounted, done.changes) == (0, 0)
    assert cohort_retention().cohorts == ()


def test_the_history_is_read_from_the_orders_at_month_ends():
    early = buyer(100, 95)  # 22 and 27 November 2025
    buyer(1, 0)
    refresh_measures_when_due()
    found = RfmChange.objects.filter(customer=early).order_by("changed_at", "pk")
    assert found[0].from_class == ""
    assert found[0].changed_at == datetime(2025, 11, 30, 23, 59, 59, tzinfo=UTC)
    steps = list(found.values_list("from_class", "to_class"))
    assert all(before[1] == after[0] for before, after in pairwise(steps))
    assert all(from_class != to_class for from_class, to_class in steps)
    assert steps[-1][1] == classes()[early.pk]


def test_only_a_change_of_class_is_noted_and_never_twice():
    people = [buyer(n, n + 40) for n in range(10)]
    refresh_measures_when_due()
    noted = RfmChange.objects.count()
    Refresh.objects.all().delete()
    assert refresh_measures_when_due().changes == 0
    assert RfmChange.objects.count() == noted
    was = classes()
    order(people[-1], NOON + timedelta(days=1))
    people[-1].bought_something()
    refresh_measures_when_due()
    moved = {pk for pk, name in classes().items() if name != was[pk]}
    new = RfmChange.objects.order_by("pk")[noted:]
    assert {change.customer_id for change in new} == moved
    assert {change.changed_at for change in new} <= {NOON + timedelta(days=1)}


def test_a_class_ends_with_the_last_order():
    customer = buyer(5)
    buyer(0)
    refresh_measures_when_due()
    customer.orders.all().delete()
    customer.bought_something()
    refresh_measures_when_due()
    customer.refresh_from_db()
    assert (customer.rfm_class, customer.recency_score) == ("", None)
    assert customer.rfm_changes.latest("pk").to_class == ""


def test_nothing_is_done_while_nothing_changed(django_assert_max_num_queries):
    buyer(3)
    assert refresh_measures_when_due() is not None
    with django_assert_max_num_queries(5):
        assert refresh_measures_when_due() is None
    Order.objects.update(status="cancelled")
    assert refresh_measures_when_due() is not None


def test_an_order_of_the_future_comes_in_on_its_day():
    customer = buyer(3)
    order(customer, timezone.now() + timedelta(days=5), 99)
    customer.bought_something()
    refresh_measures_when_due()
    Order.objects.filter(total=99).update(placed_at=timezone.now() - timedelta(minutes=1))
    Refresh.objects.update(refreshed_at=timezone.now() - timedelta(days=1))
    Customer.objects.update(analysed_at=timezone.now())
    assert refresh_measures_when_due().recounted == 1
    customer.refresh_from_db()
    assert (customer.order_count, customer.spent_total) == (2, 109)
    assert customer.is_pending


def test_a_new_rate_recounts_everybody(settings):
    settings.BASE_CURRENCY = "GBP"
    customer = CustomerFactory(source="shop")
    order(customer, NOON, 100, currency="EUR")
    customer.bought_something()
    refresh_measures_when_due()
    ExchangeRateFactory(rate="0.5")
    assert refresh_measures_when_due().recounted == 1
    customer.refresh_from_db()
    assert (customer.currency, customer.spent_total) == ("GBP", 50)


def test_a_costly_refresh_rests_unless_it_is_asked_for():
    buyer(3)
    refresh_measures()
    Refresh.objects.update(took_seconds=60)
    buyer(4)
    refresh_measures()
    assert "" in classes().values()
    refresh_measures_when_due()
    assert "" not in classes().values()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_processes_do_not_refresh_at_once():
    buyer(3)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, LOCK_KEY])
            assert refresh_measures_when_due() is None
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, LOCK_KEY])
    finally:
        other.close()
    assert refresh_measures_when_due() is not None


def test_cohorts_tell_who_came_back_and_what_they_brought():
    # the shop's present is 2 March 2026
    first = buyer(45, 40, 15)  # January twice, February
    buyer(50)  # January
    buyer(0)  # March
    order(first, NOON - timedelta(days=14), -4, kind="return")
    first.bought_something()
    refresh_measures_when_due()
    found = cohort_retention()
    assert found.currency == "GBP"
    assert [(c.month_on, c.size) for c in found.cohorts] == [
        (date(2026, 1, 1), 2),
        (date(2026, 3, 1), 1),
    ]
    january = found.cohorts[0].cells
    assert [cell.months_since for cell in january] == [0, 1, 2]
    assert [cell.customers for cell in january] == [2, 1, 0]
    assert [cell.share for cell in january] == [1.0, 0.5, 0.0]
    assert [cell.orders for cell in january] == [3, 1, 0]
    assert [cell.revenue for cell in january] == [Decimal(30), Decimal(6), Decimal(0)]
    assert [cell.is_complete for cell in january] == [True, True, False]


def test_cohorts_of_several_currencies_have_no_revenue_together():
    buyer(0)
    euros = CustomerFactory(source="other")
    order(euros, NOON, 70, currency="EUR")
    euros.bought_something()
    refresh_measures_when_due()
    both = cohort_retention()
    assert (both.currency, both.cohorts[0].size, both.cohorts[0].cells[0].revenue) == ("", 2, None)
    apart = cohort_retention(currency="EUR")
    assert (apart.currency, apart.cohorts[0].cells[0].revenue) == ("EUR", 70)
    assert cohort_retention(source="other").cohorts == apart.cohorts
    assert cohort_retention(source="nowhere").cohorts == ()


def test_a_refresh_replaces_the_cohorts():
    buyer(0)
    refresh_measures_when_due()
    Order.objects.all().delete()
    Customer.objects.all().refresh_order_statistics()
    refresh_measures_when_due()
    assert not CohortCell.objects.exists()


def test_an_order_of_nobody_disturbs_nothing():
    OrderFactory(customer=None)
    buyer(0)
    assert refresh_measures_when_due() is not None
