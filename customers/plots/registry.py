"""Every plot by the name in its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from customers.plots import specs
from customers.plots.asked import Asked
from customers.plots.aspects import product_aspects
from customers.plots.automation import error_by_share
from customers.plots.models import model_confusion, model_reliability
from customers.plots.recommendations import recommendation_lift, recommendation_quality
from customers.plots.tickets import ticket_sentiment

PLOTS: Mapping[str, Callable[[Asked], specs.Plot]] = {
    **specs.PLOTS,
    "error-budget": error_by_share,
    "model-confusion": model_confusion,
    "model-reliability": model_reliability,
    "product-aspects": product_aspects,
    "recommendation-lift": recommendation_lift,
    "recommendation-quality": recommendation_quality,
    "ticket-sentiment": ticket_sentiment,
}
