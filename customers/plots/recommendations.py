"""Plots of the recommender: how good it is, and what its lists did."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import ModelVersion, RecommendationLift
from customers.plots.asked import Asked
from customers.plots.specs import ACCENT, NEUTRAL, Plot, framed, time_axis

DAYS = 365
MEASURES = {"ndcg_at_10": "NDCG@10", "recall_at_10": "Recall@10", "recall_at_20": "Recall@20"}


def recommendation_lift(asked: Asked) -> Plot:
    """The effect on orders per customer as it was measured each day, with its interval."""
    _managers_only(asked)
    measured = RecommendationLift.objects.filter(orders_effect__isnull=False)
    address = reverse("model-recommendations")
    rows = [
        {
            "at": lift.measured_at.isoformat(),
            "effect": lift.orders_effect,
            "low": lift.orders_low,
            "high": lift.orders_high,
            "customers": lift.customers + lift.holdout_customers,
            "url": address,
        }
        for lift in measured.order_by("-measured_at")[:DAYS]
    ][::-1]
    title = _("more orders per customer")
    effect = {"field": "effect", "type": "quantitative", "title": title}
    layer: list[dict[str, Any]] = [
        {
            "data": {"values": [{"zero": 0}]},
            "mark": {"type": "rule", "color": NEUTRAL, "strokeDash": [4, 4]},
            "encoding": {"y": {"field": "zero", "type": "quantitative"}},
        },
        {
            "mark": {"type": "rule", "color": ACCENT, "opacity": 0.4, "strokeWidth": 3},
            "encoding": {
                "x": time_axis(),
                "y": {"field": "low", "type": "quantitative", "title": title},
                "y2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "color": ACCENT, "opacity": 1},
            "encoding": {"x": time_axis(), "y": effect, "href": {"field": "url"}},
        },
    ]
    return framed(rows, _("Effect on orders per customer over time"), layer=layer)


def recommendation_quality(asked: Asked) -> Plot:
    """The recommender beside item-kNN and popularity, on the same hidden purchases."""
    _managers_only(asked)
    versions = ModelVersion.objects.filter(task="recommendation").exclude(measured={})
    measured = versions.order_by("-pk").values_list("measured", flat=True).first() or {}
    methods = [
        (_("Recommender"), measured),
        (_("Item-kNN"), measured.get("item_knn", {})),
        (_("Popularity"), measured.get("popularity", {})),
    ]
    rows = [
        {"measure": label, "method": method, "value": figures.get(name, 0)}
        for name, label in MEASURES.items()
        for method, figures in methods
    ]
    order = [method for method, _figures in methods]
    encoding = {
        "y": {"field": "measure", "type": "nominal", "title": None, "sort": None},
        "yOffset": {"field": "method", "type": "nominal", "sort": order},
        "x": {"field": "value", "type": "quantitative", "title": None},
        "color": {
            "field": "method",
            "type": "nominal",
            "sort": order,
            "scale": {"domain": order, "range": [ACCENT, NEUTRAL, "#c9ced6"]},
            "legend": {"title": None, "orient": "top"},
        },
    }
    text = _("Recommender, item-kNN and popularity on hidden purchases")
    mark = {"type": "bar", "cornerRadiusEnd": 3}
    return framed(rows, text, mark=mark, encoding=encoding, height=180)


def _managers_only(asked: Asked) -> None:
    if not asked.user.is_manager:
        raise PermissionDenied
