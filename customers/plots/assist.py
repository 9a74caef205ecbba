"""The plot of assistance: how many suggestions agents took, week by week."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.assisting import acceptance
from customers.plots.asked import Asked
from customers.plots.specs import Plot, framed, time_axis
from customers.templatetags.records import percent

COLOURS = ["#12857a", "#c08a1e", "#4a6fd1", "#8a93a0", "#d2483f"]


def assist_acceptance(asked: Asked) -> Plot:
    """The share of suggestions that were inserted in each week, by origin, with what was sent
    and how far it was changed.
    """
    if not asked.user.is_manager:
        raise PermissionDenied
    address = reverse("model-assist")
    rows = [
        {
            "at": week.week_on.isoformat() if week.week_on else "",
            "origin": week.origin,
            "offered": week.offered,
            "inserted": week.inserted,
            "share": round(week.inserted_share or 0.0, 4),
            "sent": week.sent,
            "distance": None if week.distance is None else round(week.distance, 4),
            "url": address,
        }
        for week in acceptance.by_week()
    ]
    encoding: dict[str, Any] = {
        "x": time_axis(_("week")),
        "y": {
            "field": "share",
            "type": "quantitative",
            "title": _("inserted"),
            "scale": {"domain": [0, 1]},
            "axis": {"format": "%", "tickCount": 5},
        },
        "color": {
            "field": "origin",
            "type": "nominal",
            "scale": {"range": COLOURS},
            "legend": {"title": None, "orient": "top"},
        },
    }
    layer = [
        {"mark": {"type": "line"}, "encoding": encoding},
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
            "encoding": {**encoding, "href": {"field": "url"}},
        },
    ]
    columns = {
        "at": _("week"),
        "origin": _("origin"),
        "offered": _("offered"),
        "inserted": _("inserted"),
        "share": _("share inserted"),
        "sent": _("sent"),
        "distance": _("edit distance"),
    }
    text = _("Share of suggestions inserted, by week and origin")
    return framed(rows, text, summary=_summary(), columns=columns, layer=layer)


def _summary() -> str:
    found = acceptance.in_all()
    if not found.offered:
        return ""
    told = _("Of %(offered)s suggestions in all, %(share)s were inserted.")
    return told % {"offered": found.offered, "share": percent(found.inserted_share)}
