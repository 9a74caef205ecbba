"""When a delivery that failed is tried again: soon at first, then for more than three days."""

from __future__ import annotations

import random
from datetime import timedelta

# Between two attempts, in seconds. With the first there are ten, over 75.6 hours at least.
GAPS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.1  # so much is a gap lengthened at most, so that retries do not come all at once
MOST_ATTEMPTS = len(GAPS) + 1


def gap_after(attempts: int, *, at_least_s: float = 0.0) -> timedelta | None:
    """How long to wait after so many attempts; None when it is to be given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    seconds = GAPS[max(attempts, 1) - 1] * (1 + random.random() * JITTER)  # noqa: S311
    return timedelta(seconds=max(seconds, at_least_s))
