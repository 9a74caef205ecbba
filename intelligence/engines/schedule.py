"""What trainings of an encoder share: which rows go together, and how fast to learn when."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def random_batches(
    lengths: NDArray[np.int64], token_budget: int, order: np.random.Generator, noise: float
) -> Iterator[list[int]]:
    """Every row once, in batches of like length and at most so many padded tokens (one row at
    least), the batches in random order. `noise` is the share by which a length is moved when
    rows are sorted: rows of one length meet others from epoch to epoch.
    """
    rows = np.argsort(lengths * order.uniform(1 - noise, 1 + noise, len(lengths)), kind="stable")
    found: list[list[int]] = [[]]
    longest = 0
    for row in rows.tolist():
        longest = max(longest, int(lengths[row]))
        if found[-1] and longest * (len(found[-1]) + 1) > token_budget:
            found.append([])
            longest = int(lengths[row])
        found[-1].append(row)
    for place in order.permutation(len(found)):
        yield found[place]


def pace(step: int, of: int, warm_up: float) -> float:
    """The share of the learning rate: up in a line, then down to nothing in a line."""
    rising = max(1.0, warm_up * of)
    return min(step / rising, (of - step + 1) / max(1.0, of - rising))
