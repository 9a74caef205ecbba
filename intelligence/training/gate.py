"""The gate before a new model: it must not be worse than the one in service.

Both are measured on the same held-out rows. A new model is refused when accuracy or
macro-F1 falls by more than a point, or the F1 of any label with enough rows by more than
five.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOST_LOST = 0.01
MOST_LOST_OF_CLASS = 0.05
FEWEST_OF_CLASS = 10
ROUNDING = 1e-9

Reason = dict[str, Any]


def verdict(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """{"passed": bool, "reasons": [...]} from `detailed_figures` of both models. A reason
    names the measure, the label where it is of one, both values and the loss allowed.
    """
    reasons = [*_overall(before, after), *_by_class(before, after)]
    return {"passed": not reasons, "reasons": reasons}


def _overall(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Reason]:
    for measure in ("accuracy", "macro_f1"):
        if _lost(before[measure], after[measure], MOST_LOST):
            yield _reason(measure, "", before[measure], after[measure], MOST_LOST)


def _by_class(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Reason]:
    for label, old in before["classes"].items():
        new = after["classes"][label]
        if old["n"] >= FEWEST_OF_CLASS and _lost(old["f1"], new["f1"], MOST_LOST_OF_CLASS):
            yield _reason("f1", label, old["f1"], new["f1"], MOST_LOST_OF_CLASS)


def _lost(before: float, after: float, allowed: float) -> bool:
    return before - after > allowed + ROUNDING


def _reason(measure: str, label: str, before: float, after: float, limit: float) -> Reason:
    return {"measure": measure, "label": label, "before": before, "after": after, "limit": limit}
