"""What a task learns from what staff decided, and what a model of it is judged on.

A lesson hides whether a model reads texts or customers, so that one job trains both, one
gate judges them and one folder keeps them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from intelligence.engines.heads import Head
from intelligence.engines.segment import SegmentEngine

Model = TypeVar("Model", Head, SegmentEngine)


class Lesson(ABC, Generic[Model]):
    """The decisions of staff about one task: those that may teach, and those that never do
    and judge. `serving` is the model in service.
    """

    serving: Model
    rows_learnt: int
    rows_held_out: int

    def prepare(self, told: Callable[[float], None]) -> None:
        """What takes long and comes before fitting; `told` takes the share that is done."""

    @abstractmethod
    def taught(self, base: Model) -> Model:
        """`base` after the decisions, not measured yet. Raises TableError."""

    @abstractmethod
    def figures(self, model: Model) -> dict[str, Any]:
        """`figures_by_name` of a model on the rows that judge. Raises ValueError without any."""

    @abstractmethod
    def load(self, folder: Path) -> Model:
        """A model of this task from its folder. Raises WeightsError."""

    @abstractmethod
    def save(self, model: Model, folder: Path) -> Model:
        """Write a model; returns it with the sha256 of what was written on its card."""
