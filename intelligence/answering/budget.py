"""The threshold of answers, derived from what staff said of a fair sample of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from customers.locks import held_until_commit
from customers.models import ErrorBudget, Question
from intelligence.engines.sentence_answers import SentenceReader
from intelligence.error_budgets import derived
from intelligence.held_out import HeldOut

LOCK = 7_310_015
MOST_ERROR = Decimal(5)  # "at most 5 % wrong answers", until a manager says otherwise
MOST_VERDICTS = 20_000  # of the latest


def derive_answers_when_due() -> bool:
    """Derive the threshold anew when a manager set the budget, another answerer serves, or a
    verdict was given since; whether it was derived.
    """
    with transaction.atomic():
        if not held_until_commit(LOCK):
            return False
        serving = _serving()
        if not serving:
            return False
        defaults = {"max_error": MOST_ERROR, "is_on": True}
        budget = ErrorBudget.objects.get_or_create(task=ErrorBudget.Task.ANSWER, defaults=defaults)[
            0
        ]
        if not _is_due(budget, serving):
            return False
        rows = verdicts(serving)
        return budget.keep(model_version=serving, error="", **derived(rows, budget.budget))


def verdicts(answerer: str) -> HeldOut:
    """The verdicts on the sampled questions that this answerer read: how sure it was, and
    whether staff found its answer (or its candidate) right.
    """
    rows = Question.objects.sampled().exclude(verdict="").filter(detail__answerer=answerer)
    latest: Any = rows.order_by("-reviewed_at").values_list("probability", "verdict")
    said = list(latest[:MOST_VERDICTS])
    sure = np.array([probability for probability, _ in said], np.float64)
    right = np.array([verdict == Question.Verdict.RIGHT for _, verdict in said], bool)
    return HeldOut(sure, right, len(said))


def _serving() -> str:
    """The answerer that read the latest question; whole sentences keep their own threshold."""
    rows = Question.objects.filter(kind=Question.Kind.PASSAGE).exclude(probability=None)
    rows = rows.exclude(detail__answerer__startswith=SentenceReader.name)
    latest = rows.order_by("-created_at").values_list("detail__answerer", flat=True).first()
    return latest or ""


def _is_due(budget: ErrorBudget, serving: str) -> bool:
    if budget.derived_at is None or budget.model_version != serving:
        return True
    reviewed = Question.objects.sampled().exclude(verdict="")
    is_news = reviewed.filter(reviewed_at__gt=budget.derived_at).exists()
    return is_news and budget.derived_at < timezone.now()
