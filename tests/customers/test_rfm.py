"""The grid of RFM classes."""

import pytest

from customers.models import RfmClass
from customers.rfm import grid_by_place, rfm_class


@pytest.mark.parametrize(
    ("scores", "wanted"),
    [
        ((5, 5, 5), "champion"),
        ((4, 5, 5), "loyal"),
        ((5, 2, 1), "potential_loyal"),
        ((5, 1, 5), "new"),
        ((4, 1, 1), "promising"),
        ((3, 3, 3), "needs_attention"),
        ((3, 1, 1), "about_to_sleep"),
        ((2, 4, 3), "at_risk"),
        ((1, 3, 5), "cannot_lose"),
        ((1, 5, 1), "cannot_lose"),
        ((2, 2, 5), "hibernating"),
        ((1, 1, 1), "lost"),
    ],
)
def test_scores_have_a_class(scores, wanted):
    assert rfm_class(*scores) == wanted
    r, f, m = scores
    assert grid_by_place()[(r - 1) * 25 + (f - 1) * 5 + m - 1] == wanted


def test_every_class_is_reached_and_every_place_is_filled():
    assert len(grid_by_place()) == 125
    assert set(grid_by_place()) == set(RfmClass.values)
