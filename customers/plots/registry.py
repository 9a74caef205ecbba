"""Every plot by the name in its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from customers.plots import breakdown, desk, rfm, sales, shoppers, specs, voice
from customers.plots.answers import error_by_answered
from customers.plots.asked import Asked
from customers.plots.aspects import product_aspects
from customers.plots.assist import assist_acceptance
from customers.plots.audiences import (
    audience_categories,
    audience_countries,
    audience_orders,
    audience_rfm,
    audience_segments,
)
from customers.plots.automation import error_by_share
from customers.plots.egress import egress_bytes, egress_cost, egress_requests
from customers.plots.models import model_confusion, model_reliability
from customers.plots.recommendations import recommendation_lift, recommendation_quality
from customers.plots.tickets import ticket_sentiment
from customers.plots.topics import aspect_changes, topic_over_time, topics

PLOTS: Mapping[str, Callable[[Asked], specs.Plot]] = {
    **specs.PLOTS,
    **rfm.PLOTS,
    **desk.PLOTS,
    "answer-risk": error_by_answered,
    "audience-categories": audience_categories,
    "audience-countries": audience_countries,
    "audience-orders": audience_orders,
    "audience-rfm": audience_rfm,
    "audience-segments": audience_segments,
    "aspect-trends": aspect_changes,
    "assist-acceptance": assist_acceptance,
    "egress-bytes": egress_bytes,
    "egress-cost": egress_cost,
    "egress-requests": egress_requests,
    "error-budget": error_by_share,
    "model-confusion": model_confusion,
    "model-reliability": model_reliability,
    "product-aspects": product_aspects,
    "recommendation-lift": recommendation_lift,
    "recommendation-quality": recommendation_quality,
    "ticket-sentiment": ticket_sentiment,
    "sales-revenue": sales.revenue,
    "sales-buyers": sales.buyers,
    "sales-order-value": sales.order_value,
    "sales-returned": sales.returned,
    "sales-return-rate": sales.return_rate,
    "sales-new-customers": sales.new_customers,
    "sales-countries": breakdown.countries,
    "sales-products": breakdown.products,
    "sales-categories": breakdown.categories,
    "sales-moved-products": breakdown.moved_products,
    "customers-spent": shoppers.spent,
    "customers-concentration": shoppers.concentration,
    "customers-segments": shoppers.segments,
    "voice-sentiment": voice.sentiment,
    "voice-intents": voice.intents,
    "voice-review-aspects": voice.review_aspects,
    "voice-message-aspects": voice.message_aspects,
    "topic": topic_over_time,
    "topics": topics,
}
