"""Who will spend how much: classes, windows that do not overlap, and a planted habit."""

import numpy as np
import pytest

from intelligence.engines.recommendation import Histories
from intelligence.evaluation.value_class import model_before, value_figures
from intelligence.training.segment import Shop
from intelligence.training.value_class import (
    HORIZON_DAYS,
    balancing_offsets,
    chosen,
    classes_of,
    cut_offs,
    end_of,
    spenders,
)
from tests.engines.test_segment import orders


@pytest.fixture(scope="module")
def shop():
    """A year of 300 customers: a third buys every 20 days, the more the higher its number;
    the others bought once in the first month and never again.
    """
    rows = []
    for customer in range(300):
        often = customer % 3 == 0
        days = np.arange(customer % 20, 365, 20) if often else [customer % 30]
        rows += [(customer, day + 0.5, 20 + customer, 3, 0) for day in days]
    none = np.zeros(0, np.int64)
    keys = tuple(map(str, range(300)))
    return Shop(
        keys, orders(rows), Histories(none, none, np.zeros(0)), np.zeros((0, 0), np.float32)
    )


def test_no_spend_is_none_and_the_edges_part_the_others():
    spent = np.array([-5.0, 0.0, 10.0, 100.0, 101.0, 999.0])
    assert classes_of(spent, np.array([100.0, 500.0])).tolist() == [0, 0, 1, 1, 2, 3]


def test_every_window_to_learn_from_ends_before_the_one_to_tell(shop):
    cut_off = end_of(shop) - HORIZON_DAYS
    days = cut_offs(shop, cut_off)
    assert len(days) > 10
    assert max(days) + HORIZON_DAYS == cut_off
    assert min(days) >= shop.orders.time_days.min() + 60


def test_features_know_nothing_of_the_window(shop):
    cut_off = end_of(shop) - HORIZON_DAYS
    told = spenders(shop, cut_off)
    own = shop.orders
    early = own.where(own.time_days < cut_off)
    before = Shop(shop.customer_keys, early, shop.purchases, shop.embeddings)
    assert np.array_equal(spenders(before, cut_off).features.human, told.features.human)
    assert told.spent.sum() == own.total[own.time_days >= cut_off].sum()


def test_a_habit_is_told(shop):
    cut_off = end_of(shop) - HORIZON_DAYS
    found = value_figures(model_before(shop, cut_off), spenders(shop, cut_off))
    assert found["n"] == 300
    assert found["macro_f1"] > 0.8


def test_offsets_give_the_rare_class_its_share():
    probabilities = np.array([[0.9, 0.1]] * 90 + [[0.6, 0.4]] * 10)
    truth = np.array([0] * 90 + [1] * 10)
    assert not chosen(probabilities, np.zeros(2)).any()
    offsets = balancing_offsets(probabilities, truth)
    assert np.array_equal(chosen(probabilities, offsets), truth)
