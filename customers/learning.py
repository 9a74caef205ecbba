"""What the pages of models show: figures by task, and two models side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Q

from customers.models import Correction, ModelVersion, Training

# Of several sets on a card the one that is most like the shop's own rows.
TELLING_SETS = ("frozen_holdout", "tickets", "written_messages", "held_out_customers")


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task: its serving version with its main figures, and what staff said since."""

    version: ModelVersion
    figures: Mapping[str, Any]
    measured_on: str
    waiting: int
    trainable: bool


def task_rows() -> list[TaskRow]:
    """A row for each task that a model serves, at a number of queries that is fixed."""
    versions = list(ModelVersion.objects.serving().order_by("task"))
    waiting = corrections_since_training()
    return [
        TaskRow(version, *main_figures(version), waiting.get(version.task, 0), trainable(version))
        for version in versions
    ]


def trainable(version: ModelVersion) -> bool:
    """Whether corrections of staff can teach models of this task."""
    return version.task in Correction.Task.values


def main_figures(version: ModelVersion) -> tuple[Mapping[str, Any], str]:
    """The figures to judge a version by, and what they were measured on: the rows held out
    here, else the most telling set of its card.
    """
    if version.measured:
        return version.measured, TELLING_SETS[0]
    metrics = version.card.get("metrics") or {}
    names = [*TELLING_SETS, *metrics]
    name = next((one for one in names if isinstance(metrics.get(one), Mapping)), "")
    return metrics.get(name, {}), name


def corrections_since_training() -> dict[str, int]:
    """By task, how many corrections no training has seen: those after the last one began."""
    seen = dict(
        Training.objects.filter(started_at__isnull=False)
        .exclude(status=Training.Status.FAILED)
        .order_by()
        .values_list("task")
        .annotate(Max("started_at"))
    )
    unseen = Q()
    for task in Correction.Task.values:
        later = Q(said_at__gt=seen[task]) if task in seen else Q()
        unseen |= Q(task=task) & later
    counted = Correction.objects.filter(unseen).order_by().values_list("task")
    return dict(counted.annotate(Count("pk")))


def said_by_staff(version: ModelVersion) -> dict[str, int]:
    """How many opinions of this version staff looked at, and how many they confirmed."""
    about = Correction.objects.filter(model_version=version.sha256)
    return about.aggregate(looked=Count("pk"), agreed=Count("pk", filter=Q(label=F("said_label"))))


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One label's figures, alone or before and after; None where it was not there."""

    label: str
    n: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def change(self) -> float | None:
        """How far F1 moved, in points of a hundred."""
        if not (self.before and self.after):
            return None
        return 100 * (self.after["f1"] - self.before["f1"])


def class_rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ClassRow]:
    """Every label of either, the most frequent first."""
    old, new = before.get("classes", {}), after.get("classes", {})
    rows = [
        ClassRow(label, (new.get(label) or old[label])["n"], old.get(label, {}), new.get(label, {}))
        for label in dict.fromkeys((*old, *new))
    ]
    return sorted(rows, key=lambda row: (-row.n, row.label))


def majority_share(figures: Mapping[str, Any]) -> float | None:
    """The accuracy of always saying the most frequent label: the least a model must beat."""
    counts = [one["n"] for one in figures.get("classes", {}).values()]
    return max(counts) / sum(counts) if counts else None


OVERALL = ("accuracy", "macro_f1", "ece", "coverage", "accuracy_where_said")


def overall_rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Accuracy, F1, ECE and coverage of both, with the difference in points."""
    rows = []
    for name in OVERALL:
        old, new = before.get(name), after.get(name)
        known = old is not None and new is not None
        change = 100 * (new - old) if known else None  # type: ignore[operator]
        better = None if not change else (change > 0) != (name == "ece")
        rows.append({"name": name, "before": old, "after": new, "change": change, "better": better})
    return rows
