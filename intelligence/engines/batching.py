"""Which texts go through the encoder together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

WIDTH_STEP = 8


def padded_width(length: int, longest: int) -> int:
    """To how many tokens a text of `length` is padded; never more than `longest`.

    It follows from the text alone, so a text goes through the same arithmetic in every
    batch, and 4 tokens are padded on average.
    """
    return min(longest, max(1, -(-length // WIDTH_STEP)) * WIDTH_STEP)


def batches(lengths: Sequence[int], budget: int, longest: int) -> Iterator[tuple[int, list[int]]]:
    """Width and rows of each batch: rows of one padded width, at most `budget` tokens and at
    least one row. The longest come first: a text too long for memory fails at once.
    """
    widths = [padded_width(length, longest) for length in lengths]
    order = sorted(range(len(widths)), key=lambda row: -widths[row])
    for width, group in groupby(order, key=widths.__getitem__):
        rows, size = list(group), max(1, budget // width)
        for start in range(0, len(rows), size):
            yield width, rows[start : start + size]
