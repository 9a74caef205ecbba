"""Plots of a model's figures: what it takes for what, and how sure it may be."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from customers.learning import main_figures
from customers.plots.asked import Asked
from customers.plots.specs import ACCENT, NEUTRAL, Plot, framed
from customers.templatetags.learning import label_name
from customers.views.access import get_model_for

MOST_LABELS = 30
FULL = "#84cabf"  # light enough for a number on it, in both themes
CELL = 20


def model_confusion(asked: Asked) -> Plot:
    """Rows by their right label and the one that was found; the share is of the row."""
    figures, _set = main_figures(get_model_for(asked.user, asked.pk))
    found = figures.get("confusion") or {"labels": [], "counts": []}
    names = [label_name(label) for label in found["labels"]]
    sums = [sum(counts) for counts in found["counts"]]
    busiest = sorted(range(len(names)), key=lambda at: -sums[at])[:MOST_LABELS]
    rows = [
        {
            "right": names[right],
            "found": names[said],
            "n": found["counts"][right][said],
            "share": round(found["counts"][right][said] / max(1, sums[right]), 3),
        }
        for right in sorted(busiest)
        for said in sorted(busiest)
        if found["counts"][right][said]
    ]
    order = [names[at] for at in sorted(busiest)]
    axes: dict[str, Any] = {
        "y": {"field": "right", "type": "nominal", "sort": order, "title": _("right")},
        "x": {
            "field": "found",
            "type": "nominal",
            "sort": order,
            "title": _("found"),
            "scale": {"domain": order},
            "axis": {"labelAngle": -60},
        },
    }
    axes["y"]["scale"] = {"domain": order}
    shade = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1], "range": ["#e8f3f1", FULL]},
        "legend": None,
    }
    squares = {"mark": "rect", "encoding": {**axes, "color": shade}}
    numbers = {
        "mark": {"type": "text", "fontSize": 10},
        "encoding": {**axes, "text": {"field": "n"}, "color": {"value": "#14171c"}},
    }
    size = max(160, CELL * len(order))
    text = _("Rows by right label and found label")
    columns = {"right": _("right"), "found": _("found"), "n": _("rows"), "share": _("share")}
    looks: dict[str, Any] = {"layer": [squares, numbers], "width": size, "height": size}
    return framed(rows, text, columns=columns, **looks)


def model_reliability(asked: Asked) -> Plot:
    """How often the model was right in each tenth of its confidence."""
    figures, _set = main_figures(get_model_for(asked.user, asked.pk))
    rows = [
        {"confidence": confidence, "accuracy": accuracy, "n": n}
        for confidence, accuracy, n in figures.get("reliability", [])
    ]
    percent = {"scale": {"domain": [0, 1]}, "axis": {"format": "%"}}
    confidence = {"field": "confidence", "type": "quantitative", "title": _("said"), **percent}
    accuracy = {"field": "accuracy", "type": "quantitative", "title": _("was right"), **percent}
    perfect = {
        "data": {"values": [{"at": 0}, {"at": 1}]},
        "mark": {"type": "line", "color": NEUTRAL, "strokeDash": [4, 4]},
        "encoding": {
            "x": {"field": "at", "type": "quantitative"},
            "y": {"field": "at", "type": "quantitative"},
        },
    }
    size = {
        "field": "n",
        "type": "quantitative",
        "scale": {"range": [40, 400]},
        "legend": {"title": _("rows")},
    }
    points = {
        "mark": {"type": "circle", "color": ACCENT, "opacity": 0.85},
        "encoding": {"x": confidence, "y": accuracy, "size": size},
    }
    line = {
        "mark": {"type": "line", "color": ACCENT},
        "encoding": {"x": confidence, "y": accuracy},
    }
    text = _("Share that was right, by what the model said")
    columns = {"confidence": _("said"), "accuracy": _("was right"), "n": _("rows")}
    looks: dict[str, Any] = {"layer": [perfect, line, points], "width": 420, "height": 260}
    return framed(rows, text, columns=columns, **looks)
