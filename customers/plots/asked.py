"""What an address asks of a plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from customers.periods import Period, asked_period


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, of which record where the plot is of one, and with which parameters."""

    user: Any
    pk: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        """The period that the parameters name."""
        return asked_period(self.parameters)
