"""Wrong answers against answers given: the shop's own curve, else the one of the reader's card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from customers.models import ErrorBudget, ModelVersion

READER_TASK = "answering"
MOST_ERROR = 5


@dataclass(frozen=True, slots=True)
class Risk:
    """`points` hold threshold, share, error and bound, the surest answers first; `is_own`:
    they come from verdicts of staff.
    """

    budget: ErrorBudget
    points: tuple[dict[str, Any], ...]
    is_own: bool


def answer_risk() -> Risk:
    """The curve to show, with the budget, which may not have been saved yet."""
    task = ErrorBudget.Task.ANSWER
    budget = ErrorBudget.objects.filter(task=task).first()
    budget = budget or ErrorBudget(task=task, max_error=MOST_ERROR, is_on=True)
    if budget.curve and budget.threshold is not None:
        return Risk(budget, tuple(budget.curve), is_own=True)
    version = ModelVersion.objects.serving().filter(task=READER_TASK).first()
    shipped = _on_card(version.card) if version else ()
    return Risk(budget, tuple(shipped or budget.curve), is_own=not shipped and bool(budget.curve))


def _on_card(card: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The points, as a budget's curve has them, of answers that the reader was measured with."""
    return tuple(card.get("metrics", {}).get("answers", {}).get("risk_coverage", ()))
