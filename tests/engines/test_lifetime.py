"""Value and churn of simulated shops, of odd ones, and of CDNOW where its data lie."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from intelligence.engines import lifetime
from intelligence.engines.count_correction import learn_correction
from intelligence.engines.lifetime import Lifetime, NotFitted, fit_lifetime, outlook
from intelligence.engines.purchase_days import PurchaseDays, known_on
from intelligence.engines.purchase_model import Counts, fit_purchases

CDNOW = Path(__file__).parents[3] / "shared/data/cdnow/transactions.parquet"


def purchases(*rows):
    """From (customer, day, units, value)."""
    customer, day, units, value = np.array(rows, float).reshape(-1, 4).T
    return PurchaseDays.from_purchases(customer.astype(int), day, units, value)


def a_shop(n=3000, days=400, seed=11):
    """Customers with a pace of their own, who stop after some purchase; `units` go with the
    pace.
    """
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.8, 1 / 50.0, n)
    stop = rng.beta(0.8, 2.5, n)
    first = rng.uniform(0, days / 2, n)
    rows = []
    for customer in range(n):
        day, stays = first[customer], True
        while stays and day <= days:
            rows.append((customer, day, 1 + rng.poisson(60 * rate[customer]), rng.gamma(3, 10)))
            day += rng.exponential(1 / rate[customer])
            stays = rng.random() >= stop[customer]
    return purchases(*rows)


@pytest.fixture(scope="module")
def shop():
    return a_shop()


@pytest.fixture(scope="module")
def fitted(shop):
    return fit_lifetime(shop, 300)


def test_purchases_of_one_day_are_one():
    days = purchases((2, 5.9, 1, 10), (1, 3, 2, 5), (2, 5.1, 4, 1), (2, 7, 1, 1))
    assert days.customer.tolist() == [1, 2, 2]
    assert days.day.tolist() == [3, 5, 7]
    assert days.units.tolist() == [2, 5, 1]
    assert days.value.tolist() == [5, 11, 1]


def test_what_is_known_of_a_customer_on_a_day():
    days = purchases((0, 10, 1, 10), (0, 40, 3, 30), (0, 90, 9, 9), (1, 60, 2, 0), (3, 99, 1, 1))
    known = known_on(days, 60, half_life_days=20)
    assert known.customer.tolist() == [0, 1]
    assert known.counts.frequency.tolist() == [1, 0]
    assert known.counts.recency.tolist() == [30, 0]
    assert known.counts.age.tolist() == [50, 0]
    assert known.units.tolist() == [2, 2]
    assert known.fading == pytest.approx([2**-2.5 + 0.5, 1])
    assert known.valued.tolist() == [2, 0]
    assert known.mean_value.tolist() == [20, 0]


def test_what_is_expected_is_what_comes(shop, fitted):
    said = outlook(fitted, shop, 300)
    came = np.bincount(shop.between(300, 390).customer, minlength=3000)[said.customer]
    spent = np.bincount(shop.between(300, 390).customer, shop.between(300, 390).value, 3000)
    assert said.orders.sum() == pytest.approx(came.sum(), rel=0.15)
    assert np.corrcoef(said.orders, came)[0, 1] > 0.6
    assert said.value.sum() == pytest.approx(spent.sum(), rel=0.2)
    within = (came >= said.orders_low) & (came <= said.orders_high)
    assert within.mean() > 0.8


def test_every_figure_is_a_number_within_its_bounds(shop, fitted):
    said = outlook(fitted, shop, 300)
    for low, middle, high in (
        (said.alive_low, said.alive, said.alive_high),
        (said.orders_low, said.orders_median, said.orders_high),
        (said.value_low, said.value, said.value_high),
    ):
        assert (low <= middle + 1e-9).all()
        assert (said.alive >= 0).all()
        assert (middle <= high + 1e-9).all() or high is said.value_high
    waits = said.next_days[np.isfinite(said.next_days)]
    assert ((waits > 0) & (waits <= 365)).all()
    assert np.isnan(said.next_days[said.alive < 0.5]).all()


def test_a_model_is_the_same_after_its_json(shop, fitted):
    again = Lifetime.from_json(fitted.as_json())
    assert again.version == fitted.version
    one, two = outlook(fitted, shop, 300), outlook(again, shop, 300)
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(two, field.name), equal_nan=True)


def test_the_unit_of_money_moves_the_value_alone(shop, fitted):
    pence = PurchaseDays(shop.customer, shop.day, shop.units, shop.value * 100)
    said, dear = outlook(fitted, shop, 300), outlook(fit_lifetime(pence, 300), pence, 300)
    assert dear.orders == pytest.approx(said.orders)
    assert dear.value == pytest.approx(said.value * 100, rel=1e-2)


def test_a_correction_keeps_the_sum_and_is_none_where_it_says_nothing():
    rng = np.random.default_rng(2)
    expected = rng.gamma(1, 0.5, 4000)
    orders, units = np.ones(4000), rng.integers(1, 9, 4000).astype(float)
    came = rng.poisson(expected * units / 5).astype(float)
    found = learn_correction(expected, orders, units, np.ones(4000), came)
    factors = found.factors(expected, orders, units, np.ones(4000))
    assert (factors * expected).sum() == pytest.approx(expected.sum(), rel=1e-2)
    assert factors[units == 8].mean() > 2 * factors[units == 1].mean()
    assert learn_correction(expected, orders, units, np.ones(4000), np.zeros(4000)) is None
    few = slice(0, 50)
    assert learn_correction(*(a[few] for a in (expected, orders, units, orders, came))) is None


ONCE = [(c, c % 40, 1, 10) for c in range(300)]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(0, 1, 1, 10)],
        [(0, day, 1, 10) for day in range(0, 300, 7)],
        ONCE,
        [(c, 5, 1, 10) for c in range(300)],
    ],
    ids=["no orders", "one order", "one customer", "all bought once", "all on one day"],
)
def test_a_shop_that_teaches_nothing_says_so(rows):
    with pytest.raises(NotFitted, match="too few customers came back"):
        fit_lifetime(purchases(*rows), 300)


def test_a_fit_that_does_not_converge_says_so(shop, monkeypatch):
    def fails(counts, **options):
        return replace(fit_purchases(counts, **options), converged=False)

    monkeypatch.setattr(lifetime, "fit_purchases", fails)
    with pytest.raises(NotFitted, match="did not converge"):
        fit_lifetime(shop, 300)


def test_orders_without_value_have_no_value_and_still_a_future():
    rows = [(c, d, 1, 0) for c in range(200) for d in (c % 30, c % 30 + 40 + c % 17)]
    bought = purchases(*rows)
    model = fit_lifetime(bought, 150)
    said = outlook(model, bought, 150)
    assert model.values is None
    assert np.isnan(said.value).all()
    assert np.isfinite(said.orders).all()


def test_a_history_of_ten_thousand_days_is_taken_as_it_is(shop):
    days = np.arange(-9_700, 301)
    busy = purchases(*[(9_999, day, 1, 10) for day in days])
    every = PurchaseDays(
        *(np.concatenate([getattr(shop, f.name), getattr(busy, f.name)]) for f in fields(shop))
    )
    said = outlook(fit_lifetime(every, 300), every, 300)
    assert said.customer[-1] == 9_999
    assert 30 < said.orders[-1] <= said.orders_high[-1] * 1.2
    assert np.isfinite(said.value).all()


def test_days_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        purchases((0, np.nan, 1, 1))


@pytest.mark.skipif(not CDNOW.exists(), reason="the CDNOW data are not here")
def test_bgnbd_of_cdnow_is_the_published_one():
    """The paper fits a tenth of the customers; tenths of the same customers scatter around it."""
    import pyarrow.parquet as pq

    table = pq.read_table(CDNOW)
    day = table["date"].to_numpy().astype("datetime64[D]").astype(np.int64).astype(float)
    ones = np.ones(len(day))
    bought = PurchaseDays.from_purchases(table["customer_id"].to_numpy(), day, ones, ones)
    known = known_on(bought, int(day.max()), 1.0)
    assert (len(known.counts), int(known.counts.frequency.sum())) == (23_570, 24_337)
    tenths = []
    for digit in range(10):
        rows = known.customer % 10 == digit
        tenths.append(fit_purchases(known.counts.where(rows), stops_at_first=False))
    assert [len(known.counts.where(known.customer % 10 == d)) for d in (0, 9)] == [2357, 2357]
    published = {"r": 0.243, "alpha": 4.414 * 7, "a": 0.793, "b": 2.426}
    for name, value in published.items():
        found = [getattr(tenth, name) for tenth in tenths]
        assert min(found) < value < max(found), name


def test_counts_refuse_columns_of_different_lengths():
    with pytest.raises(ValueError, match="length"):
        Counts(np.zeros(2), np.zeros(3), np.zeros(2))
