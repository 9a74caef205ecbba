"""Every plot by the name in its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from customers.plots import specs
from customers.plots.asked import Asked
from customers.plots.aspects import product_aspects
from customers.plots.audiences import (
    audience_categories,
    audience_countries,
    audience_orders,
    audience_rfm,
    audience_segments,
)
from customers.plots.automation import error_by_share
from customers.plots.models import model_confusion, model_reliability
from customers.plots.tickets import ticket_sentiment

PLOTS: Mapping[str, Callable[[Asked], specs.Plot]] = {
    **specs.PLOTS,
    "audience-categories": audience_categories,
    "audience-countries": audience_countries,
    "audience-orders": audience_orders,
    "audience-rfm": audience_rfm,
    "audience-segments": audience_segments,
    "error-budget": error_by_share,
    "model-confusion": model_confusion,
    "model-reliability": model_reliability,
    "product-aspects": product_aspects,
    "ticket-sentiment": ticket_sentiment,
}
