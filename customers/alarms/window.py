"""The days that rules compare, and how sure they must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

ALPHA = 0.005
BEFORE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Window:
    """The last days until `now`, and the time before them that they are compared with."""

    now: datetime
    days: int

    @property
    def start(self) -> datetime:
        """Where the last days begin."""
        return self.now - timedelta(days=self.days)

    @property
    def before(self) -> datetime:
        """Where the time before begins."""
        return self.start - timedelta(days=BEFORE_DAYS)


def is_sure(probability: float, tested: int) -> bool:
    """Whether chance is out of the question where so many subjects were looked at."""
    return probability <= ALPHA / max(tested, 1)
