"""Tests of change, against values that were worked out by hand or with scipy."""

import pytest

from customers.significance import binomial_tail, mean_fell, rate_rose, share_rose, student_tail


def test_a_rise_from_1_to_3_is_nothing_and_one_from_100_to_300_is_sure():
    assert rate_rose(3, 10, 1, 10) == pytest.approx(0.3125)
    assert rate_rose(300, 10, 100, 10) < 1e-20


def test_rates_are_compared_by_what_could_have_happened():
    assert rate_rose(5, 50, 5, 500) == pytest.approx(0.0010573, rel=1e-4)
    assert rate_rose(5, 500, 5, 50) > 0.99


@pytest.mark.parametrize("told", [(0, 10, 5, 10), (3, 0, 1, 10), (3, 10, 1, 0)])
def test_nothing_can_be_said_without_events_or_exposure(told):
    assert rate_rose(*told) == 1.0
    assert share_rose(*[int(n) for n in told]) == 1.0


def test_shares_are_compared_by_fishers_test():
    assert share_rose(3, 10, 1, 10) == pytest.approx(0.291022, rel=1e-4)
    assert share_rose(30, 100, 10, 100) == pytest.approx(0.000325205, rel=1e-4)
    assert share_rose(80, 1000, 4000, 100_000) == pytest.approx(9.0535e-09, rel=1e-3)


def test_a_mean_falls_by_students_t():
    prior = 0.25
    sure = mean_fell((10, -0.7, 0.05), (30, 0.6, 0.1), prior, 5)
    assert sure < 1e-9
    assert mean_fell((10, 0.5, 0.2), (30, 0.6, 0.2), prior, 5) > 0.2
    assert mean_fell((10, 0.7, 0.2), (30, 0.6, 0.2), prior, 5) == 1.0
    assert mean_fell((0, 0.0, 0.0), (30, 0.6, 0.2), prior, 5) == 1.0


def test_equal_scores_are_no_certainty():
    assert mean_fell((2, 0.0, 0.0), (2, 0.1, 0.0), 0.25, 5) > 0.3


def test_tails():
    assert student_tail(2.5, 7.5) == pytest.approx(0.0194101, rel=1e-4)
    assert student_tail(0.0, 5) == pytest.approx(0.5)
    assert binomial_tail(0, 5, 0.5) == 1.0
    assert binomial_tail(6, 5, 0.5) == 0.0
    assert binomial_tail(5, 5, 0.5) == pytest.approx(1 / 32)
