"""How a head of a table is set up before it is fitted."""

import pytest

from intelligence.training.text_heads import FEWEST_BUCKETS, MOST_BUCKETS, buckets_for


@pytest.mark.parametrize(
    ("rows", "labels", "buckets"),
    [
        (100, 10, FEWEST_BUCKETS),
        (3_000, 8, 1 << 14),
        (13_000, 8, 1 << 16),
        (200_000, 8, MOST_BUCKETS),
        (200_000, 77, 1 << 15),
    ],
)
def test_words_share_buckets_less_the_more_rows_tell_them_apart(rows, labels, buckets):
    assert buckets_for(rows, labels) == buckets
