"""Deriving the thresholds of error budgets, by what is known of held-out rows."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers.locks import held_until_commit
from customers.models import ErrorBudget
from customers.models.automated_columns import AUTOMATED
from intelligence.analysis.run import describe
from intelligence.automation import label_waiting
from intelligence.engines.contract import Card
from intelligence.engines.risk_control import control, curve, fewest_rows, more_rows
from intelligence.held_out import HeldOut, held_out
from intelligence.loaded import segment_engine, text_reader

logger = logging.getLogger(__name__)

LOCK = 7_310_006  # one process at a time derives


def derive_when_due() -> list[str]:
    """Derive the budgets that were set anew, that are of another model version than the one
    in service, or that nobody derived today. Returns their tasks; none while another
    process does it.
    """
    with transaction.atomic():
        if not held_until_commit(LOCK):
            return []
        cards = serving_cards()
        budgets = [ErrorBudget.objects.get_or_create(task=task)[0] for task in cards]
        due = [budget for budget in budgets if _is_due(budget, cards[budget.task])]
        for budget in due:
            _derive(budget, cards[budget.task])
    for budget in due:
        label_waiting(budget)
    return [budget.task for budget in due]


def serving_cards() -> dict[str, Card]:
    """The cards of the models in service whose labels may be set automatically, by task."""
    cards = {**text_reader().versions, "segment": segment_engine().card}
    return {task: cards[task] for task in AUTOMATED if task in cards}


def _is_due(budget: ErrorBudget, card: Card) -> bool:
    if budget.derived_at is None or budget.model_version != card.sha256:
        return True
    return budget.derived_at.date() < timezone.now().date()


def _derive(budget: ErrorBudget, card: Card) -> None:
    try:
        with transaction.atomic():
            rows = held_out(card)
    except Exception as error:
        # Whatever is wrong with the held-out rows is told to staff, and nothing is automated.
        logger.exception("no threshold for %s", budget.task)
        nothing = {"threshold": None, "share": None, "expected_error": None, "error_bound": None}
        budget.keep(model_version=card.sha256, error=describe(error), curve=[], **nothing)
        return
    budget.keep(model_version=card.sha256, error="", **derived(rows, budget.budget))


def derived(rows: HeldOut, budget: float) -> dict[str, Any]:
    """The columns of an `ErrorBudget` that follow from held-out rows.

    As soon as staff decided enough rows they alone count: they are this shop's own.
    """
    used = rows.own_alone() if rows.own >= fewest_rows(budget) else rows
    chosen = control(used.confidence, used.right, budget)
    wanting = None if chosen else more_rows(used.confidence, used.right, budget)
    return {
        "threshold": chosen.threshold if chosen else None,
        "share": chosen.share if chosen else None,
        "expected_error": chosen.error if chosen else None,
        "error_bound": chosen.bound if chosen else None,
        "rows": len(used.confidence),
        "own_rows": used.own,
        "more_rows": wanting,
        "curve": [asdict(point) for point in curve(used.confidence, used.right)],
    }
