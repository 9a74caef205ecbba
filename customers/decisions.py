"""What staff decide about a row, by the name of the task: one door to the rows' own verbs."""

from __future__ import annotations

from typing import Any

from django.db import models

from customers.models import Correction, Intent, Segment, Sentiment, Ticket, User
from customers.models.correction import TASKS_OF_ROW


def labels_of(task: str) -> set[str]:
    """What may be said about a row of this task: names that are in use, or fixed steps."""
    if task in TAXONOMIES:
        return set(TAXONOMIES[task].objects.filter(is_active=True).values_list("pk", flat=True))
    return set({"sentiment": Sentiment, "priority": Ticket.Priority}[task].values)


def fits(task: str, row: models.Model) -> bool:
    """Whether the task is about rows of this kind, and this one is read at all."""
    return task in TASKS_OF_ROW[row._meta.model_name or ""] and getattr(row, "is_read", True)


def decide(task: str, row: Any, label: str, *, by: User) -> Correction:
    """Record that `label` (one of `labels_of`) is right; the correction is written with it."""
    if task in TAXONOMIES:
        name = TAXONOMIES[task].objects.get(pk=label)
        getattr(row, f"set_{task}")(name, by=by)
    else:
        getattr(row, f"set_{task}")(label, by=by)
    return row.corrections.get(task=task)


def withdraw(correction: Correction, *, by: User) -> None:
    """Take the decision back; a priority stays as it is, for a ticket always has one."""
    row: Any = correction.row
    if correction.task == Correction.Task.PRIORITY:
        correction.delete()
    elif correction.task in TAXONOMIES:
        getattr(row, f"set_{correction.task}")(None, by=by)
    else:
        row.set_sentiment("", by=by)


TAXONOMIES: dict[str, Any] = {"intent": Intent, "segment": Segment}
