import pytest

from intelligence.engines.batching import batches, padded_width


@pytest.mark.parametrize(
    ("length", "width"), [(0, 8), (1, 8), (8, 8), (9, 16), (250, 256), (256, 256)]
)
def test_a_text_is_padded_to_the_next_multiple_of_eight(length, width):
    assert padded_width(length, longest=256) == width


def test_no_text_is_padded_beyond_what_the_model_reads():
    assert padded_width(49, longest=50) == 50


def test_every_row_comes_once_and_the_longest_come_first():
    lengths = [3, 70, 12, 256, 12, 9, 1, 70]
    found = list(batches(lengths, budget=512, longest=256))
    assert sorted(row for _, rows in found for row in rows) == list(range(8))
    assert [width for width, _ in found] == [256, 72, 16, 8]


def test_a_batch_keeps_to_the_budget_but_for_a_single_text():
    found = list(batches([16] * 10 + [200], budget=64, longest=256))
    assert [(width, len(rows)) for width, rows in found] == [(200, 1), (16, 4), (16, 4), (16, 2)]


def test_nothing_to_read_is_no_batch():
    assert list(batches([], budget=64, longest=256)) == []
