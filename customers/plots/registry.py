"""Every plot by the name in its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from customers.plots import specs
from customers.plots.asked import Asked
from customers.plots.aspects import product_aspects
from customers.plots.automation import error_by_share
from customers.plots.models import model_confusion, model_reliability
from customers.plots.tickets import ticket_sentiment
from customers.plots.topics import aspect_changes, topic_over_time, topics

PLOTS: Mapping[str, Callable[[Asked], specs.Plot]] = {
    **specs.PLOTS,
    "aspect-trends": aspect_changes,
    "error-budget": error_by_share,
    "model-confusion": model_confusion,
    "model-reliability": model_reliability,
    "product-aspects": product_aspects,
    "ticket-sentiment": ticket_sentiment,
    "topic": topic_over_time,
    "topics": topics,
}
