"""What a benchmark says: figures with their units in the names, and whether targets are met."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.instruments.machine import machine_facts

COMPARISONS = {"at_most": operator.le, "at_least": operator.ge}

Figures = Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must be: `sense` is "at_most" or "at_least"."""

    figure: str
    sense: str
    limit: float

    def met(self, figures: Figures) -> bool | None:
        """Whether the figure is within the limit; None when it could not be measured."""
        value = figures[self.figure]
        return None if value is None else bool(COMPARISONS[self.sense](value, self.limit))

    def as_json(self, figures: Figures) -> dict[str, Any]:
        """The target, what was measured, and whether that meets it."""
        return {
            "figure": self.figure,
            self.sense: self.limit,
            "value": figures[self.figure],
            "met": self.met(figures),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one benchmark.

    `sample` says what it was measured on, `peer` what the figures stand beside. A `small`
    run is for trying the benchmark out: its targets are judged, and mean little. Where the
    targets `must_be_met`, the command that ran it fails when one is missed.
    """

    benchmark: str
    sample: str
    peer: str
    figures: Figures
    targets: tuple[Target, ...]
    small: bool = False
    must_be_met: bool = False
    machine: Mapping[str, Any] = field(default_factory=machine_facts)

    @property
    def met(self) -> bool:
        """Whether every target is met."""
        return all(target.met(self.figures) for target in self.targets)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready data; `met` is true when every target is."""
        return {
            "benchmark": self.benchmark,
            "sample": self.sample,
            "small": self.small,
            "peer": self.peer,
            "figures": dict(self.figures),
            "targets": [target.as_json(self.figures) for target in self.targets],
            "met": self.met,
            "machine": dict(self.machine),
        }

    def as_text(self) -> str:
        """The same for people: a line for each figure."""
        judged = {target.figure: self._verdict(target) for target in self.targets}
        width = max(len(name) for name in self.figures)
        lines = [
            f"  {name:<{width}}  {_shown(value):>12}  {judged.get(name, '')}".rstrip()
            for name, value in self.figures.items()
        ]
        size = " (small run)" if self.small else ""
        head = [f"{self.benchmark}{size}: {self.sample}", f"  beside {self.peer}"]
        return "\n".join([*head, *lines])

    def _verdict(self, target: Target) -> str:
        wanted = f"{target.sense.replace('_', ' ')} {target.limit:g}"
        verdict = {True: "met", False: "MISSED", None: "not measured"}[target.met(self.figures)]
        return f"{verdict} ({wanted})"


def _shown(value: float | int | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int | float) else value
