"""BG/NBD and MBG/NBD against published figures, closed forms and simulated customers."""

import numpy as np
import pytest
from scipy.special import hyp2f1

from intelligence.engines.purchase_model import (
    Counts,
    PurchaseModel,
    alive_bounds,
    alive_probability,
    days_to_next,
    fit_purchases,
    forecast,
    log_likelihood,
)

# Fader, Hardie, Lee (2005), table 2: BG/NBD on the tenth of CDNOW; time in weeks
PUBLISHED = PurchaseModel(0.243, 4.414, 0.793, 2.426, False, np.zeros((4, 4)), 0.0, True)
ALIKE = {"alpha": 60.0, "r": 1.2, "a": 0.8, "b": 2.5}


def counts(*rows):
    return Counts(*np.array(rows, float).T)


def made(stops_at_first, **parameters):
    return PurchaseModel(
        **{**ALIKE, **parameters},
        stops_at_first=stops_at_first,
        spread=np.eye(4) * 0.01,
        log_likelihood=0.0,
        converged=True,
    )


def simulated(model, n=20_000, days=400, seed=7):
    """Customers who buy and stop as the model says, watched for 200 to `days` days."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    stop = rng.beta(model.a, model.b, n)
    age = rng.uniform(days / 2, days, n)
    frequency, recency, now = np.zeros(n), np.zeros(n), np.zeros(n)
    active = rng.random(n) >= stop if model.stops_at_first else np.ones(n, bool)
    while active.any():
        now[active] += rng.exponential(1 / rate[active])
        active &= now <= age
        frequency[active] += 1
        recency[active] = now[active]
        active &= rng.random(n) >= stop
    return Counts(frequency, recency, age)


def test_the_published_customer_is_expected_to_order_as_published():
    ahead = forecast(PUBLISHED, counts((2, 30.43, 38.86)), np.array([39.0]))
    assert ahead.mean[0] == pytest.approx(1.226, abs=2e-3)
    assert (ahead.median[0], ahead.low[0], ahead.high[0]) == (1, 0, 3)


@pytest.mark.parametrize("stops_at_first", [False, True])
def test_the_mean_is_the_closed_form_of_the_paper(stops_at_first):
    model = made(stops_at_first, a=1.7)
    known = counts((0, 0, 90), (3, 200, 300), (12, 340, 350))
    x, chances = known.frequency, model.chances(known)
    top, t = model.a + model.b + chances - 1, 45.0
    inner = hyp2f1(model.r + x, model.b + chances, top, t / (model.alpha + known.age + t))
    shrunk = ((model.alpha + known.age) / (model.alpha + known.age + t)) ** (model.r + x)
    wanted = top / (model.a - 1) * (1 - shrunk * inner) * alive_probability(model, known)
    assert forecast(model, known, np.full(3, t)).mean == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("stops_at_first", [False, True])
def test_the_gradient_is_that_of_the_likelihood(stops_at_first):
    known, weights = counts((0, 0, 9), (2, 5, 9), (7, 8, 9), (0, 0, 0)), np.array([3.0, 2, 1, 1])
    at = np.log([0.7, 3.0, 0.9, 1.8])
    _, gradient = log_likelihood(at, known, weights, stops_at_first)
    for n in range(4):
        step = 1e-5 * (np.arange(4) == n)
        up, down = (
            log_likelihood(at + s, known, weights, stops_at_first)[0] for s in (step, -step)
        )
        assert gradient[n] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("stops_at_first", [False, True])
def test_a_fit_finds_the_parameters_that_made_the_customers(stops_at_first):
    truth = made(stops_at_first)
    fitted = fit_purchases(simulated(truth), stops_at_first=stops_at_first)
    assert fitted.converged
    wanted = [truth.r, truth.alpha, truth.a, truth.b]
    error = np.abs(fitted.logs - np.log(wanted)) / np.sqrt(np.diag(fitted.spread))
    assert error.max() < 3.5  # standard errors


def test_customers_who_are_alike_are_fitted_as_one():
    every = simulated(made(True), n=3000)
    whole = Counts(every.frequency, np.floor(every.recency), np.floor(every.age))
    twice = Counts(*(np.tile(c, 2) for c in (whole.frequency, whole.recency, whole.age)))
    different, number, place = twice.unique()
    assert len(different) < len(twice) / 2 + 1
    assert number.sum() == len(twice)
    assert (different.recency[place] == twice.recency).all()
    one, two = fit_purchases(whole), fit_purchases(twice)
    assert one.logs == pytest.approx(two.logs, abs=1e-3)
    assert two.log_likelihood == pytest.approx(2 * one.log_likelihood, rel=1e-6)


def test_whoever_bought_once_may_have_stopped_under_mbg_and_cannot_under_bg():
    once = counts((0, 0, 300))
    assert alive_probability(made(False), once)[0] == 1.0
    assert alive_probability(made(True), once)[0] < 0.6


def test_the_chance_to_be_active_falls_with_silence_and_lies_within_its_bounds():
    known = counts((5, 290, 300), (5, 200, 300), (5, 50, 300))
    chance = alive_probability(made(True), known)
    low, high = alive_bounds(made(True), known, 1.28)
    assert chance[0] > chance[1] > chance[2]
    assert ((low < chance) & (chance < high)).all()


def test_the_bounds_hold_what_simulated_customers_do():
    model = made(True)
    rng = np.random.default_rng(3)
    n = 40_000
    # all of them have x = 3, t = 250, T = 300: draw from the posterior, then simulate 90 days
    active = rng.random(n) < alive_probability(model, counts((3, 250, 300)))[0]
    rate = rng.gamma(model.r + 3, 1 / (model.alpha + 300), n)
    stop = rng.beta(model.a, model.b + 4, n)
    came, now = np.zeros(n), np.zeros(n)
    while active.any():
        now[active] += rng.exponential(1 / rate[active])
        active &= now <= 90
        came[active] += 1
        active &= rng.random(n) >= stop
    ahead = forecast(model, counts((3, 250, 300)), np.array([90.0]))
    assert ahead.mean[0] == pytest.approx(came.mean(), rel=0.03)
    assert ahead.variance[0] == pytest.approx(came.var(), rel=0.06)
    assert ahead.none[0] == pytest.approx((came == 0).mean(), abs=0.01)
    assert ahead.high[0] == np.quantile(came, 0.9)


def test_the_next_order_is_expected_when_it_is_as_likely_as_not():
    model, known = made(True), counts((9, 298, 300), (0, 0, 3000))
    waits = days_to_next(model, known, np.ones(2))
    assert np.isinf(waits[1])  # more likely gone than not
    none = forecast(model, known, np.array([waits[0], 1.0])).none
    assert none[0] == pytest.approx(0.5, abs=1e-6)
    assert days_to_next(model, known, np.full(2, 2.0))[0] == pytest.approx(waits[0] / 2)


def test_ten_thousand_orders_are_taken_as_they_are():
    busy = counts((10_000, 3650, 3650))
    ahead = forecast(made(True), busy, np.array([90.0]))
    assert ahead.mean[0] == pytest.approx(90 * 10_001.2 / 3710, rel=0.02)
    assert ahead.low[0] < ahead.mean[0] < ahead.high[0]
    assert np.isfinite(alive_bounds(made(True), busy, 1.28)).all()


def test_a_shop_that_nobody_leaves_is_fitted_too():
    fitted = fit_purchases(simulated(made(True, a=1e-4, b=1e3), n=4000))
    assert fitted.converged
    assert alive_probability(fitted, counts((4, 100, 150)))[0] > 0.95


@pytest.mark.parametrize(
    "rows", [(0, 0, np.inf), (1, np.nan, 5), (1, 6, 5), (-1, 0, 5), (0, -1, 5)]
)
def test_impossible_counts_are_refused(rows):
    with pytest.raises(ValueError, match="counts"):
        counts(rows)


def test_nothing_is_fitted_where_no_time_passed():
    with pytest.raises(ValueError, match="no time"):
        fit_purchases(counts((0, 0, 0), (0, 0, 0)))
