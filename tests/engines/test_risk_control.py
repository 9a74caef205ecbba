"""The error budget: thresholds keep it on rows that nobody has seen, and say what they need."""

import numpy as np
import pytest

from intelligence.engines.risk_control import control, curve, fewest_rows, more_rows, upper_bound

BUDGET = 0.03
REPEATS = 300
UNSEEN = 1000

# How the score that is shown follows from the probability of being right.
SCORES = {
    "well calibrated": lambda p, rng: p,
    "over-confident": lambda p, rng: p**0.2,
    "under-confident": lambda p, rng: p**6,
    "noisy": lambda p, rng: np.clip(p + rng.normal(0, 0.1, len(p)), 1e-6, 1),
    "of ten steps": lambda p, rng: np.ceil(p * 10) / 10,
    "surest where it errs": lambda p, rng: np.where(p > 0.97, p / 2, p),
}


def draw(rng, rows, score):
    """Confidences and whether the label was right, of a model that is right in 92 % of rows."""
    chance = rng.beta(6, 0.5, rows)
    return score(chance, rng), rng.random(rows) < chance


@pytest.mark.parametrize("name", SCORES)
def test_a_thousand_unseen_rows_stay_in_the_budget_in_95_of_100_repeats(name):
    rng, score = np.random.default_rng(20260302), SCORES[name]
    kept = automated = 0
    for _ in range(REPEATS):
        chosen = control(*draw(rng, 1000, score), BUDGET)
        confidence, right = draw(rng, UNSEEN, score)
        automatic = np.zeros(UNSEEN, bool) if chosen is None else confidence >= chosen.threshold
        kept += (~right[automatic]).sum() <= BUDGET * automatic.sum()
        automated += automatic.mean()
    assert kept >= 0.95 * REPEATS
    if name in ("well calibrated", "over-confident", "under-confident"):
        assert automated / REPEATS > 0.4


def test_confidences_that_say_nothing_automate_nothing():
    rng = np.random.default_rng(1)
    assert control(rng.random(1000), rng.random(1000) < 0.92, BUDGET) is None


def test_only_the_order_of_confidences_matters():
    confidence, right = draw(np.random.default_rng(3), 1500, SCORES["well calibrated"])
    plain, squeezed = (control(scores, right, BUDGET) for scores in (confidence, confidence**9))
    assert plain is not None
    assert (squeezed.share, squeezed.error) == (plain.share, plain.error)


def test_the_chosen_point_tells_what_was_seen_and_its_bound_lies_in_the_budget():
    confidence, right = draw(np.random.default_rng(3), 1500, SCORES["well calibrated"])
    chosen = control(confidence, right, BUDGET)
    automatic = confidence >= chosen.threshold
    assert chosen.share == pytest.approx(automatic.mean())
    assert chosen.error == pytest.approx((~right[automatic]).mean())
    assert chosen.error < chosen.bound <= BUDGET
    assert more_rows(confidence, right, BUDGET) == 0


def test_a_larger_budget_never_automates_less():
    confidence, right = draw(np.random.default_rng(5), 1000, SCORES["well calibrated"])
    found = [control(confidence, right, budget) for budget in (0.02, 0.03, 0.05, 0.1)]
    shares = [0.0 if chosen is None else chosen.share for chosen in found]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_rows_of_equal_confidence_are_labelled_or_left_together():
    confidence = np.repeat([0.9, 0.5], 500)
    right = np.r_[np.ones(500, bool), np.arange(500) % 2 == 0]
    chosen = control(confidence, right, BUDGET)
    assert (chosen.threshold, chosen.share, chosen.error) == (0.9, 0.5, 0.0)


def test_where_the_model_says_nothing_nothing_is_labelled():
    confidence = np.r_[np.full(400, 0.8), np.zeros(600)]
    chosen = control(confidence, np.r_[np.ones(400, bool), np.zeros(600, bool)], BUDGET)
    assert (chosen.threshold, chosen.share) == (0.8, 0.4)


@pytest.mark.parametrize("budget", [0.01, 0.03, 0.1])
def test_the_fewest_rows_suffice_and_one_less_does_not(budget):
    rows = fewest_rows(budget)
    assert control(np.ones(rows), np.ones(rows, bool), budget) is not None
    short = np.ones(rows - 1), np.ones(rows - 1, bool)
    assert (control(*short, budget), more_rows(*short, budget)) == (None, 1)


def test_without_a_row_all_of_them_are_wanting():
    nothing = np.zeros(0), np.zeros(0, bool)
    assert control(*nothing, BUDGET) is None
    assert more_rows(*nothing, BUDGET) == fewest_rows(BUDGET) == 144
    assert curve(*nothing) == []


def test_the_rows_that_are_wanting_are_enough_when_the_model_stays_as_right():
    confidence = np.linspace(1, 0.5, 200)
    right = np.ones(200, bool)
    right[[90, 120, 150, 170, 190]] = False
    assert control(confidence, right, BUDGET) is None
    times = -(-(200 + more_rows(confidence, right, BUDGET)) // 200)
    assert 1 < times < 10
    assert control(np.repeat(confidence, times), np.repeat(right, times), BUDGET) is not None


def test_a_model_that_is_wrong_even_when_surest_needs_no_rows_but_another_model():
    found = np.linspace(1, 0.5, 300), np.arange(300) % 5 != 0
    assert (control(*found, BUDGET), more_rows(*found, BUDGET)) == (None, None)


def test_the_curve_goes_from_the_surest_rows_to_all_of_them():
    confidence, right = draw(np.random.default_rng(9), 800, SCORES["well calibrated"])
    points = curve(confidence, right)
    assert len(points) <= 60
    assert [p.share for p in points] == sorted(p.share for p in points)
    assert points[-1].share == 1.0
    assert points[-1].error == pytest.approx((~right).mean())
    assert all(p.error <= p.bound for p in points)


def test_the_upper_bound_is_that_of_clopper_and_pearson():
    assert upper_bound(0, 100) == pytest.approx(1 - 0.05 ** (1 / 100))
    assert upper_bound(3, 3) == 1.0


def test_answers_of_another_length_are_refused():
    with pytest.raises(ValueError, match="2 confidences but 3 answers"):
        control(np.ones(2), np.ones(3, bool), BUDGET)
