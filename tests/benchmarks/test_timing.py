"""Quantiles and ratios."""

import pytest

from benchmarks.instruments.timing import milliseconds, quantile, speed_ratio, turn_by_turn


def test_a_quantile_is_a_value_that_was_measured():
    values = [float(n) for n in range(60, 0, -1)]
    assert quantile(values, 0.5) == 30
    assert quantile(values, 0.95) == 57
    assert quantile(values, 1.0) == 60
    assert quantile(values, 0.0) == 1
    assert quantile([7.0], 0.95) == 7


def test_of_twenty_the_95th_percentile_is_the_nineteenth():
    assert quantile([float(n) for n in range(1, 21)], 0.95) == 19


def test_no_values_have_no_quantile():
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_seconds_become_two_figures_in_milliseconds():
    assert milliseconds("api", [0.010, 0.020, 0.0304]) == {"api_p50_ms": 20.0, "api_p95_ms": 30.4}


def test_who_goes_first_alternates_and_the_pairs_stay_ours_then_peer():
    said = []

    def ours(number):
        said.append("ours")
        return 1.0 + number

    def peer(number):
        said.append("peer")
        return 10.0 + number

    assert turn_by_turn(ours, peer, 3) == [(1.0, 10.0), (2.0, 11.0), (3.0, 12.0)]
    assert said == ["ours", "peer", "peer", "ours", "ours", "peer"]


def test_the_ratio_is_the_median_of_the_rounds():
    assert speed_ratio([(2.0, 1.0), (1.0, 0.9), (100.0, 1.0)]) == 0.5
