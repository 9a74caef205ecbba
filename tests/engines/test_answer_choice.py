"""Which reading is the answer, and the probability that it is right."""

import math

import numpy as np
import pytest

from intelligence.engines.answer_choice import Calibration, Judged, choose, fit_calibration
from intelligence.engines.answer_contract import Reading

PLAIN = Calibration(margin=1.0, hit=0.0, none=0.0, threshold=0.5)


def reading(text, margin):
    return Reading(text, 0, len(text), margin, 0.0)


def test_the_distribution_is_the_softmax_over_spans_and_no_answer():
    choice = choose([reading("30 days", 2.0), reading("14 days", 0.0)], [0.9, 0.1], PLAIN)
    total = math.e**2 + 1 + 1
    assert choice.best == 0
    assert choice.distribution == pytest.approx((math.e**2 / total, 1 / total, 1 / total), abs=1e-6)
    assert choice.probability == pytest.approx(math.e**2 / total, abs=1e-6)


def test_spans_that_say_the_same_add_up():
    readings = [reading("14 days", 1.0), reading("30 days", 0.8), reading("30 Days.", 0.7)]
    choice = choose(readings, [1.0, 1.0, 1.0], PLAIN)
    assert choice.best == 1
    shares = choice.distribution
    assert choice.probability == pytest.approx(shares[1] + shares[2], abs=1e-6)


def test_silence_wins_where_it_is_likelier_than_every_answer():
    choice = choose([reading("30 days", -3.0)], [0.5], PLAIN)
    assert choice.best is None
    assert choice.probability < 0.1


@pytest.mark.parametrize("readings", [[], [reading("", 5.0)]])
def test_no_span_is_no_answer(readings):
    choice = choose(readings, [0.0] * len(readings), PLAIN)
    assert (choice.best, choice.probability) == (None, 0.0)
    assert sum(choice.distribution) == pytest.approx(1.0, abs=1e-5)


def test_a_score_of_the_search_counts_as_fitted():
    leaning = Calibration(margin=1.0, hit=4.0, none=0.0, threshold=0.5)
    readings = [reading("30 days", 1.0), reading("14 days", 0.5)]
    assert choose(readings, [0.0, 1.0], leaning).best == 1


def test_the_fit_finds_the_numbers_that_made_the_answers():
    draw = np.random.default_rng(3)
    truth = Calibration(margin=0.8, hit=2.0, none=1.5, threshold=0.5)
    questions = []
    for _ in range(1500):
        margins, scores = draw.normal(1, 2.5, 3), draw.random(3)
        readings = [reading(f"answer {place}", margin) for place, margin in enumerate(margins)]
        shares = np.array(choose(readings, scores, truth).distribution)
        which = draw.choice(4, p=shares / shares.sum())
        questions.append(Judged(readings, scores, [which == place for place in range(3)]))
    found = fit_calibration(questions)
    assert found.margin == pytest.approx(truth.margin, abs=0.1)
    assert found.hit == pytest.approx(truth.hit, abs=0.35)
    assert found.none == pytest.approx(truth.none, abs=0.35)
    told = [choose(one.readings, one.hit_scores, found) for one in questions]
    right = [t.best is not None and q.right[t.best] for t, q in zip(told, questions, strict=True)]
    sure = np.array([t.probability for t in told])
    for low in (0.5, 0.7, 0.9):
        bin_ = (sure >= low) & (sure < low + 0.1)
        assert np.mean(np.array(right)[bin_]) == pytest.approx(sure[bin_].mean(), abs=0.08)
