"""Objection to profiling: what models made of a person goes at once, and nothing new is made."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.utils import timezone

from customers.models import AutomaticLabel, Customer, Prospect, Recommendation, RfmChange, Summary
from customers.signals import profiling_stopped

# The columns of a customer that models and sums decide.
CLEARED: dict[str, object] = {
    "segment": None,
    "segment_set_by": None,
    "segment_set_at": None,
    "segment_set_automatically": False,
    "suggested_segment": None,
    "segment_probability": None,
    "segment_detail": {},
    "sentiment_score": None,
    "recency_score": None,
    "frequency_score": None,
    "monetary_score": None,
    "rfm_class": "",
    "alive_probability": None,
    "alive_probability_low": None,
    "alive_probability_high": None,
    "expected_orders": None,
    "expected_orders_low": None,
    "expected_orders_high": None,
    "likely_orders": None,
    "expected_value": None,
    "expected_value_low": None,
    "expected_value_high": None,
    "expected_next_order_at": None,
    "value_model_version": "",
    "value_reason": "",
    "analysed_at": None,
    "attempts": 0,
}


def stop_profiling(pks: Sequence[int]) -> None:
    """Take away all that was made of these customers. A result that a worker has under way is
    for a text that is no more (`requested_at`), so it is not stored.
    """
    rows: models.QuerySet[Customer] = models.QuerySet(Customer).filter(pk__in=pks)
    rows.update(**CLEARED, requested_at=timezone.now())
    for kind in (Recommendation, Prospect, RfmChange, Summary):
        kind._base_manager.filter(customer__in=pks).delete()
    AutomaticLabel._base_manager.filter(customer__in=pks).delete()
    profiling_stopped.send(sender=Customer, pks=list(pks))
