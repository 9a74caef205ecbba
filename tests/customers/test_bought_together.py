"""Pairs of products in the same orders: exact figures, and coincidences that are none."""

import pytest

from customers.models import BoughtTogether, Order
from tests.factories import CustomerFactory, ProductFactory
from tests.intelligence import shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    return [ProductFactory(name=name) for name in ("tea", "cup", "rake", "hose", "odd", "rare")]


def sell(*products, times=1, **columns):
    for _ in range(times):
        shop.buy(CustomerFactory(), *products, **columns)


def test_a_pair_has_support_confidence_and_lift_of_its_counts(products):
    tea, cup, rake, hose, *_ = products
    sell(tea, cup, times=8)
    sell(tea, times=2)
    sell(rake, times=90)
    BoughtTogether.objects.recount()
    pair = BoughtTogether.objects.get(product=tea)
    assert (pair.other, pair.rank, pair.orders) == (cup, 1, 8)
    assert pair.support == pytest.approx(8 / 100)
    assert pair.confidence == pytest.approx(8 / 10)
    assert pair.lift == pytest.approx(8 / (10 * 8 / 100))
    assert 1 < pair.lift_low < pair.lift
    assert BoughtTogether.objects.get(product=cup).confidence == 1.0
    assert not BoughtTogether.objects.filter(product=hose).exists()


def test_the_lower_bound_is_the_quantile_of_the_posterior(products):
    from scipy.stats import gamma

    tea, cup, rake, *_ = products
    sell(tea, cup, times=20)
    sell(rake, times=60)
    BoughtTogether.objects.recount()
    pair = BoughtTogether.objects.get(product=tea)
    expected = 20 * 20 / 80
    exact = gamma.ppf(0.05, 20 + 2, scale=1 / (expected + 2))
    assert pair.lift_low == pytest.approx(exact, rel=0.005)


def test_two_coincidences_of_rare_products_do_not_count(products):
    tea, cup, rake, _hose, odd, rare = products
    sell(odd, rare, times=2)
    sell(tea, cup, times=30)
    sell(rake, times=100)
    BoughtTogether.objects.recount()
    assert set(BoughtTogether.objects.values_list("product__name", flat=True)) == {"tea", "cup"}


def test_a_pair_that_is_as_frequent_as_chance_is_not_kept(products):
    tea, cup, *_ = products
    sell(tea, cup, times=25)
    sell(tea, times=25)
    sell(cup, times=25)
    sell(products[2], times=25)
    BoughtTogether.objects.recount()
    assert not BoughtTogether.objects.exists()


def test_returns_cancelled_orders_and_the_future_do_not_count(products):
    tea, cup, rake, *_ = products
    sell(tea, cup, times=20, kind="return", quantity=-1)
    sell(tea, cup, times=20)
    Order.objects.filter(kind="sale").update(status="cancelled")
    sell(rake, times=40)
    sell(tea, cup, times=20, days_ago=-10_000)
    BoughtTogether.objects.recount()
    assert not BoughtTogether.objects.exists()


def test_a_product_twice_in_an_order_is_no_pair_and_counts_once(products):
    tea, cup, rake, *_ = products
    sell(tea, tea, cup, times=10)
    sell(rake, times=30)
    BoughtTogether.objects.recount()
    assert BoughtTogether.objects.get(product=tea).orders == 10


def test_an_order_that_restocks_a_shop_makes_no_pairs():
    many = [ProductFactory() for _ in range(51)]
    sell(*many, times=6)
    sell(ProductFactory(), times=100)
    BoughtTogether.objects.recount()
    assert not BoughtTogether.objects.exists()


def test_counting_again_replaces_what_was(products):
    tea, cup, rake, *_ = products
    sell(tea, cup, times=10)
    sell(rake, times=30)
    assert BoughtTogether.objects.recount() == BoughtTogether.objects.recount() == 2
    Order.objects.all().update(status="cancelled")
    assert BoughtTogether.objects.recount() == 0
    assert not BoughtTogether.objects.exists()


def test_ranks_go_by_how_sure_a_pair_is(products):
    tea, cup, rake, hose, *_ = products
    sell(tea, cup, times=40)
    sell(tea, hose, times=6)
    sell(rake, times=200)
    BoughtTogether.objects.recount()
    found = BoughtTogether.objects.filter(product=tea).order_by("rank")
    assert [pair.other.name for pair in found] == ["cup", "hose"]
    assert found[0].lift_low > found[1].lift_low > 1
