"""Maximal marginal relevance."""

import numpy as np
import pytest

from intelligence.engines.diversity import diversified

SCORES = np.array([0.9, 1.0, 0.8, 0.1], np.float32)
# the first three point the same way, the last one elsewhere
VECTORS = np.array([[1, 0], [1, 0.1], [1, -0.1], [0, 1]], np.float32)


def test_no_diversity_is_the_order_of_the_scores():
    assert diversified(SCORES, VECTORS, 4, 0.0).tolist() == [1, 0, 2, 3]
    assert diversified(SCORES, VECTORS, 2, 0.0).tolist() == [1, 0]


def test_the_best_stays_first_and_the_different_moves_up():
    assert diversified(SCORES, VECTORS, 2, 0.6).tolist() == [1, 3]
    assert diversified(SCORES, VECTORS, 4, 0.6)[0] == 1


def test_full_diversity_goes_by_difference_alone():
    assert diversified(SCORES, VECTORS, 2, 1.0).tolist() == [1, 3]


def test_every_candidate_comes_once_and_no_more_than_there_are():
    chosen = diversified(SCORES, VECTORS, 10, 0.5)
    assert sorted(chosen.tolist()) == [0, 1, 2, 3]


def test_equal_scores_and_vectors_of_no_length_are_no_trouble():
    chosen = diversified(np.ones(3, np.float32), np.zeros((3, 2), np.float32), 3, 0.5)
    assert sorted(chosen.tolist()) == [0, 1, 2]
    assert diversified(np.empty(0, np.float32), np.empty((0, 2), np.float32), 3, 0.5).tolist() == []


@pytest.mark.parametrize("diversity", [-0.1, 1.1])
def test_a_diversity_outside_of_its_range_is_refused(diversity):
    with pytest.raises(ValueError, match="0 to 1"):
        diversified(SCORES, VECTORS, 2, diversity)
