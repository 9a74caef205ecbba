"""Labelling what lies inside an error budget, as messages are read and when a budget stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from customers.models import AutomaticLabel, ErrorBudget, Intent, Ticket
from customers.models.automation import Proposal
from intelligence.analysis.kind import Opinion, Result

TICKETS_AT_ONCE = 500
DIGITS = 6  # probabilities are compared with thresholds as they are stored


def confidence(label: str | None, probability: float, *, abstained: bool) -> float:
    """How sure a label is that may be set; 0 where there is none."""
    return 0.0 if abstained or label is None else round(probability, DIGITS)


def label_waiting_tickets(budget: ErrorBudget) -> int:
    """Label the open tickets that this version has read before its budget stood; tickets
    that another version labelled are looked at again. Returns how many labels are new.
    """
    if not budget.is_in_force:
        return 0
    pks = list(_waiting(budget).order_by("pk").values_list("pk", flat=True))
    return sum(
        _label(budget, pks[start : start + TICKETS_AT_ONCE])
        for start in range(0, len(pks), TICKETS_AT_ONCE)
    )


def label_read_tickets(stored: Sequence[tuple[Any, Result]]) -> None:
    """Set the intents that lie inside the budget on the tickets of these messages, which the
    caller has locked. Without a budget in force for the version that read them nothing is
    set or withdrawn.
    """
    said: dict[str, dict[int, Mapping[str, Any]]] = defaultdict(dict)
    for ticket_pk, opinion in _intents(stored):
        said[opinion.card.sha256][ticket_pk] = opinion.prediction.as_json()
    for version, of_tickets in said.items():
        budget = ErrorBudget.objects.in_force("intent", version)
        if budget is not None:
            _put(budget, of_tickets.items())


def _waiting(budget: ErrorBudget) -> QuerySet[Ticket]:
    read = Ticket.objects.open().left_to_models()
    read = read.filter(intent_detail__model_version=budget.model_version)
    of_this = AutomaticLabel.objects.standing().filter(model_version=budget.model_version)
    return read.exclude(Q(intent_set_automatically=True, pk__in=of_this.values("ticket")))


@transaction.atomic
def _label(budget: ErrorBudget, pks: Sequence[int]) -> int:
    tickets = Ticket.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True)
    read = list(tickets.values_list("pk", "intent_detail"))
    version = budget.model_version
    return _put(budget, (row for row in read if row[1].get("model_version") == version))


def _put(budget: ErrorBudget, said: Iterable[tuple[int, Mapping[str, Any]]]) -> int:
    known = set(Intent.objects.filter(is_active=True).values_list("slug", flat=True))
    return AutomaticLabel.objects.put([_proposal(budget, known, pk, one) for pk, one in said])


def _proposal(
    budget: ErrorBudget, known: set[str], ticket_pk: int, said: Mapping[str, Any]
) -> Proposal:
    label, threshold = said["label"], budget.threshold
    sure = confidence(label, said["probability"], abstained=said["abstained"])
    inside = threshold is not None and sure >= threshold and label in known
    return Proposal(
        ticket_id=ticket_pk,
        label=label if inside else None,
        probability=said["probability"],
        threshold=threshold or 1.0,
        model_version=budget.model_version,
    )


def _intents(stored: Sequence[tuple[Any, Result]]) -> Iterator[tuple[int, Opinion]]:
    for row, result in stored:
        for opinion in result.opinions:
            if opinion.task == "intent":
                yield row.ticket_id, opinion
