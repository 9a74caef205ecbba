"""The plot of an error budget: error against share automated."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import ErrorBudget
from customers.models.automated_columns import AUTOMATED
from customers.plots.asked import Asked
from customers.plots.specs import ACCENT, BAD, NEUTRAL, Plot, framed


def error_by_share(asked: Asked) -> Plot:
    """Among how many automatic labels which share would be wrong, with its upper bound,
    the budget, and the point that was chosen.
    """
    budget = get_object_or_404(ErrorBudget.objects.visible_to(asked.user), pk=asked.pk)
    address = reverse("automation") + "#labels"
    rows = [
        {"share": p["share"], "error": p["error"], "bound": p["bound"], "url": address}
        for p in budget.curve
    ]
    layer = risk_layers(budget, address, _("labelled automatically"), _("wrong labels"))
    text = _("Share of wrong labels against the share of %(rows)s that are labelled automatically")
    columns = {"share": _("labelled automatically"), "error": _("wrong labels")}
    description = text % {"rows": AUTOMATED[budget.task].rows}
    return framed(rows, description, columns=columns, layer=layer)


def risk_layers(budget: ErrorBudget, address: str, x: str, y: str) -> list[dict[str, Any]]:
    """Error and its upper bound by share, the budget, and the point that was chosen, which
    leads to `address`; `x` and `y` are the titles of the axes.
    """
    chosen = []
    if budget.share is not None:
        chosen = [{"share": budget.share, "error": budget.expected_error, "url": address}]
    axes = {"x": _share(x), "y": _wrong(y, "error")}
    return [
        _line({**axes, "y": _wrong(y, "bound")}, {"color": NEUTRAL, "strokeDash": [4, 3]}),
        _line(axes, {"color": ACCENT, "strokeWidth": 2}),
        {
            "data": {"values": [{"budget": budget.budget}]},
            "mark": {"type": "rule", "color": BAD},
            "encoding": {"y": {"field": "budget", "type": "quantitative"}},
        },
        {
            "data": {"values": chosen},
            "mark": {"type": "point", "filled": True, "size": 120, "opacity": 1, "color": ACCENT},
            "encoding": {**axes, "href": {"field": "url"}},
        },
    ]


def _line(axes: dict[str, Any], looks: dict[str, Any]) -> dict[str, Any]:
    return {"mark": {"type": "line", "clip": True, **looks}, "encoding": axes}


def _share(title: str) -> dict[str, Any]:
    return {
        "field": "share",
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "grid": False},
    }


def _wrong(title: str, field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 0.2]},
        "axis": {"format": "%", "tickCount": 4},
    }
