"""The interval of the lift covers the truth, on shops whose truth is known."""

import numpy as np
import pytest

from intelligence.engines.lift import (
    FEWEST,
    Trial,
    effect_of,
    more_needed,
    plain_difference,
)

SHOPS = 300
CUSTOMERS = 3000
LIFT = 0.15


def simulated(seed, lift=LIFT, customers=CUSTOMERS):
    """A shop with customers who order by Poisson processes of very different rates.

    Half of them come in when a tenth is held out, the other half, in the high season with
    twice the orders, when half is: whoever compares plain means compares seasons too. Gives
    the trial and the true mean effect on its customers.
    """
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.8, 0.6, customers)
    in_season = np.arange(customers) >= customers // 2
    treated_share = np.where(in_season, 0.5, 0.9)
    treated = rng.random(customers) < treated_share
    before = rng.poisson(3 * rate)
    spent = before * rng.lognormal(3, 0.5, customers)
    silence = np.minimum(90, rng.exponential(30 / np.maximum(rate, 0.05)))
    expected = rate * np.where(in_season, 2.0, 1.0)
    orders = rng.poisson(expected * np.where(treated, 1 + lift, 1.0))
    features = np.column_stack([np.log1p(before), np.log1p(spent), silence])
    trial = Trial(treated, treated_share, orders.astype(float), features)
    return trial, float((expected * lift).mean())


@pytest.fixture(scope="module")
def shops():
    return [simulated(seed) for seed in range(SHOPS)]


def covered(shops, estimate):
    found = [(estimate(trial), truth) for trial, truth in shops]
    return np.mean([effect.low <= truth <= effect.high for effect, truth in found])


def test_the_95_percent_interval_covers_the_truth_in_93_percent_of_simulated_shops(shops):
    assert covered(shops, effect_of) >= 0.93


def test_a_plain_difference_of_means_misses_it_when_the_groups_size_was_changed(shops):
    assert covered(shops, plain_difference) < 0.5
    bias = np.mean([plain_difference(trial).mean - truth for trial, truth in shops])
    ours = np.mean([effect_of(trial).mean - truth for trial, truth in shops])
    assert abs(ours) < 0.01 < abs(bias)


def test_what_was_known_before_narrows_the_interval_of_an_unchanged_group():
    rng = np.random.default_rng(0)
    narrower = []
    for seed in range(20):
        trial, _ = simulated(seed)
        half = CUSTOMERS // 2
        drawn = rng.random(half) < 0.9
        steady = Trial(drawn, np.full(half, 0.9), trial.outcome[:half], trial.features[:half])
        narrower.append(effect_of(steady).error / plain_difference(steady).error)
    assert np.median(narrower) < 0.9


def test_no_effect_is_called_significant_more_than_seldom():
    false = 0
    for seed in range(200):
        trial, _ = simulated(1000 + seed, lift=0.0, customers=1000)
        effect = effect_of(trial)
        false += effect.low > 0 or effect.high < 0
    assert false / 200 <= 0.07


def test_too_small_a_group_has_no_interval():
    few = np.arange(100) < FEWEST - 1
    trial = Trial(few, np.full(100, 0.5), np.ones(100), np.zeros((100, 2)))
    assert effect_of(trial) is None
    assert plain_difference(trial) is None


def test_equal_outcomes_have_no_effect_and_no_error():
    half = np.arange(100) % 2 == 0
    effect = effect_of(Trial(half, np.full(100, 0.5), np.full(100, 3.0), np.zeros((100, 2))))
    assert effect.mean == pytest.approx(0, abs=1e-9)
    assert effect.error == pytest.approx(0, abs=1e-9)


def test_four_times_the_orders_halve_the_error():
    needed = more_needed(1000, error=0.02, worth_telling=0.01 * (1.959964 + 0.841621))
    assert needed == pytest.approx(3000, abs=1)
    assert more_needed(1000, error=0.01, worth_telling=1.0) == 0
    assert more_needed(0, error=1.0, worth_telling=1.0) == 0


@pytest.mark.parametrize("propensity", [0.0, 1.0])
def test_a_certain_group_is_refused(propensity):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Trial(np.ones(1, bool), np.array([propensity]), np.ones(1), np.ones((1, 1)))


def test_arrays_of_different_length_are_refused():
    with pytest.raises(ValueError, match="length"):
        Trial(np.ones(2, bool), np.full(2, 0.5), np.ones(3), np.ones((2, 1)))
