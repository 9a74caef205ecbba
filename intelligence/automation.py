"""Labelling what lies inside an error budget, as rows are read and when a budget stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from customers.decisions import labels_of
from customers.models import AutomaticLabel, ErrorBudget
from customers.models.automated_columns import AUTOMATED
from customers.models.automation import Proposal
from intelligence.analysis.kind import Result

ROWS_AT_ONCE = 500
DIGITS = 6  # probabilities are compared with thresholds as they are stored


def confidence(label: str | None, probability: float, *, abstained: bool) -> float:
    """How sure a label is that may be set; 0 where there is none."""
    return 0.0 if abstained or label is None else round(probability, DIGITS)


def label_waiting(budget: ErrorBudget) -> int:
    """Label the rows that this version has read before its budget stood: open tickets, or
    customers. Those that another version labelled are looked at again. Returns how many
    labels are new.
    """
    if not budget.is_in_force:
        return 0
    pks = list(_waiting(budget).order_by("pk").values_list("pk", flat=True))
    return sum(
        _label(budget, pks[start : start + ROWS_AT_ONCE])
        for start in range(0, len(pks), ROWS_AT_ONCE)
    )


def label_read(stored: Iterable[tuple[int, Result]]) -> None:
    """Set the labels that lie inside their task's budget. `stored` is the key of a ticket or
    customer, which the caller has locked, with what was read of it. Without a budget in
    force for the version that read them nothing is set or withdrawn.
    """
    said: dict[tuple[str, str], dict[int, Mapping[str, Any]]] = defaultdict(dict)
    for pk, result in stored:
        for opinion in result.opinions:
            if opinion.task in AUTOMATED:
                said[opinion.task, opinion.card.sha256][pk] = opinion.prediction.as_json()
    for (task, version), of_rows in said.items():
        budget = ErrorBudget.objects.in_force(task, version)
        if budget is not None:
            _put(budget, of_rows.items())


def _waiting(budget: ErrorBudget) -> QuerySet[Any]:
    column, version = AUTOMATED[budget.task], budget.model_version
    read = column.waiting().filter(column.left_to_models)
    read = read.filter(**{f"{column.task}_detail__model_version": version})
    labels = AutomaticLabel.objects.of(column.task).standing().filter(model_version=version)
    return read.exclude(column.automatic, pk__in=labels.values(column.row))


@transaction.atomic
def _label(budget: ErrorBudget, pks: Sequence[int]) -> int:
    column, version = AUTOMATED[budget.task], budget.model_version
    rows = column.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True)
    read = list(rows.values_list("pk", f"{column.task}_detail"))
    return _put(budget, (row for row in read if row[1].get("model_version") == version))


def _put(budget: ErrorBudget, said: Iterable[tuple[int, Mapping[str, Any]]]) -> int:
    known = labels_of(budget.task)
    proposals = [_proposal(budget, known, pk, one) for pk, one in said]
    return AutomaticLabel.objects.put(budget.task, proposals)


def _proposal(
    budget: ErrorBudget, known: set[str], row_pk: int, said: Mapping[str, Any]
) -> Proposal:
    label, threshold = said["label"], budget.threshold
    sure = confidence(label, said["probability"], abstained=said["abstained"])
    inside = threshold is not None and sure >= threshold and label in known
    return Proposal(
        row_id=row_pk,
        label=label if inside else None,
        probability=said["probability"],
        threshold=threshold or 1.0,
        model_version=budget.model_version,
    )
