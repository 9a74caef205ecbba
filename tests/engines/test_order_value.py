"""Gamma-Gamma on simulated orders, and the value of what is to come."""

import numpy as np
import pytest

from intelligence.engines.order_value import ValueModel, fit_values, independence, total_bounds
from intelligence.engines.purchase_model import Forecast

# Fader, Hardie (2013), section 4: CDNOW, p, q and v
PUBLISHED = ValueModel(6.25, 3.74, 15.44, 0.0, True)


def bought(n=20_000, p=4.0, q=5.0, v=40.0, seed=5):
    """Customers with 1 to 6 orders of gamma distributed value, and the mean of each."""
    rng = np.random.default_rng(seed)
    orders = rng.integers(1, 7, n).astype(float)
    scale = rng.gamma(q, 1 / v, n)
    return orders, rng.gamma(p * orders, 1 / scale) / orders


def test_the_published_customers_spend_as_published():
    # one who spent 35 on each of ten orders, and one of whom nothing is known
    expected = PUBLISHED.expected(np.array([10.0, 0.0]), np.array([35.0, 0.0]))
    assert expected[0] == pytest.approx(6.25 * (15.44 + 350) / (62.5 + 2.74))
    assert expected[1] == pytest.approx(6.25 * 15.44 / 2.74)


def test_a_fit_finds_the_parameters_that_made_the_orders():
    fitted = fit_values(*bought())
    assert fitted.converged
    assert (fitted.p, fitted.q) == (pytest.approx(4.0, rel=0.1), pytest.approx(5.0, rel=0.1))
    assert fitted.v == pytest.approx(40.0, rel=0.15)


def test_the_unit_of_money_moves_nothing_but_v():
    orders, mean = bought(4000)
    pounds, pence = fit_values(orders, mean), fit_values(orders, mean * 100)
    assert pence.v == pytest.approx(100 * pounds.v, rel=1e-3)
    assert pence.p == pytest.approx(pounds.p, rel=1e-3)


def test_the_more_orders_the_nearer_to_their_own_mean():
    model = fit_values(*bought(4000))
    few, many = model.expected(np.array([1.0, 50.0]), np.array([100.0, 100.0]))
    assert few < many < 100


def test_orders_without_value_teach_nothing():
    with pytest.raises(ValueError, match="no order of positive value"):
        fit_values(np.array([1.0, 2.0]), np.array([0.0, -5.0]))


def test_value_that_hangs_on_frequency_is_told():
    orders = np.arange(2.0, 50)
    assert independence(orders, orders * 3) == pytest.approx(1.0)
    assert independence(np.ones(9), np.ones(9)) is None


def test_the_bounds_hold_four_fifths_of_what_may_come():
    model = ValueModel(4.0, 5.0, 40.0, 0.0, True)
    rng, n = np.random.default_rng(1), 40_000
    number = rng.poisson(2.0, n)
    scale = rng.gamma(4.0 * 3 + 5, 1 / (40 + 3 * 45.0), n)
    total = np.where(number > 0, rng.gamma(np.maximum(4.0 * number, 1e-9), 1 / scale), 0.0)
    ahead = Forecast(*(np.array([x]) for x in (2.0, 2.0, np.exp(-2), 2.0, 0.0, 4.0)))
    low, high = total_bounds(model, ahead, np.array([3.0]), np.array([45.0]))
    assert low[0] == 0 or (total < low[0]).mean() == pytest.approx(0.1, abs=0.03)
    assert (total > high[0]).mean() == pytest.approx(0.1, abs=0.02)
