"""What plots over time share: parts of a period on the x axis, and the period before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.insight.buckets import DAY, Grain
from customers.periods import Period
from customers.plots.specs import ACCENT, Plot, framed

WIDTH, HEIGHT = 640, 260
WHOLE = {"width": 1080, "height": 280}  # of a plot that has a page's width to itself
# What the period before had; the style sheet gives it the colour of letters in either theme.
BEFORE = "#3b4654"
# Apart from each other in hue, and from paper and from a dark ground by 3 to 1 and more.
CATEGORY = (
    "#12857a",
    "#c2661a",
    "#7d63c8",
    "#3f7fd0",
    "#c2549d",
    "#7f8a1c",
    "#d2483f",
    "#8a93a0",
)
FIT = {
    "width": WIDTH,
    "height": HEIGHT,
    "autosize": {"type": "fit", "contains": "padding"},
}


def drawn(rows: list[dict[str, Any]], description: str, **parts: Any) -> Plot:
    """A plot that fits itself into its width; dates are days of the shop, in no time zone."""
    dates = ("at", "until", "_middle")
    days = {name: "date:'%Y-%m-%d'" for name in dates if rows and name in rows[0]}
    data = {"values": rows, "format": {"parse": days}} if days else {"values": rows}
    return framed(rows, description, **{**FIT, "data": data, **parts})


def named(bucket: Period, grain: Grain) -> str:
    """What a part of a period is called: a day, the week of a day, or a month."""
    if grain is Grain.MONTH:
        whole = bucket.first.day == 1 and (bucket.last + DAY).day == 1
        month = date_format(bucket.first, "YEAR_MONTH_FORMAT")
        return month if whole else _("part of %(month)s") % {"month": month}
    day = date_format(bucket.first, "DATE_FORMAT")
    return day if grain is Grain.DAY else _("week of %(day)s") % {"day": day}


def spans(buckets: Sequence[Period], grain: Grain) -> list[dict[str, Any]]:
    """For each part its name, its first day, and the first day after it."""
    return [
        {
            "when": named(bucket, grain),
            "at": bucket.first.isoformat(),
            "until": (bucket.last + DAY).isoformat(),
            "_middle": middle_of(bucket).isoformat(),
        }
        for bucket in buckets
    ]


def x_axis(buckets: Sequence[Period], grain: Grain) -> dict[str, Any]:
    """Days or months below a plot, a month's name in its middle; labels that would touch are
    left out.
    """
    looks = (
        pgettext("month and year for d3-time-format", "%b %Y")
        if grain is Grain.MONTH
        else pgettext("day and month for d3-time-format", "%-d %b")
    )
    named = [middle_of(bucket) if grain is Grain.MONTH else bucket.first for bucket in buckets]
    axis = {
        "grid": False,
        "format": looks,
        "labelOverlap": "greedy",
        "labelSeparation": 8,
        "values": [{"year": at.year, "month": at.month, "date": at.day} for at in named],
    }
    return {"field": "at", "type": "temporal", "title": None, "axis": axis}


def middle_of(bucket: Period) -> date:
    """The day in the middle of a part."""
    return bucket.first + bucket.days // 2 * DAY


def y_axis(field: str, title: str, form: str = "~s", **more: Any) -> dict[str, Any]:
    """A measure; `form` is a number format of d3."""
    axis = {
        "format": form,
        "tickCount": 5,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelOverlap": "greedy",
    }
    return {"field": field, "type": "quantitative", "title": title, "axis": axis | more}


def bars(y: dict[str, Any], x: dict[str, Any], colour: str, **encoding: Any) -> dict[str, Any]:
    """A bar for each part, as wide as it has days; it leads to the rows behind it."""
    return {
        "mark": {
            "type": "rect",
            "color": colour,
            "xOffset": 1,
            "x2Offset": -1,
            "cornerRadiusTopLeft": 2,
            "cornerRadiusTopRight": 2,
            "cursor": "pointer",
        },
        "encoding": {
            "x": x,
            "x2": {"field": "until"},
            "y": y,
            "y2": {"datum": 0},
            "href": {"field": "url"},
            "description": {"field": "_say"},
            **encoding,
        },
    }


def marks_of_before(rows: Sequence[dict[str, Any]], x: dict[str, Any]) -> list[dict[str, Any]]:
    """A line across each part at what the period before had there, if it had anything."""
    if not any(row["before"] for row in rows):
        return []
    layer = {
        "mark": {"type": "rule", "strokeWidth": 2, "strokeDash": [4, 2]},
        "encoding": {
            "x": x,
            "x2": {"field": "until"},
            "y": {"field": "before", "type": "quantitative"},
            "color": {
                "datum": _("the period before"),
                "scale": {"range": [BEFORE]},
                "legend": {"title": None, "orient": "top", "symbolType": "stroke"},
            },
        },
    }
    return [layer]


def lines(y: dict[str, Any], x: dict[str, Any], colour: Any = ACCENT) -> list[dict[str, Any]]:
    """A line through the parts, with a point on each that leads to its rows. `colour` is one
    colour, or the encoding of a field.
    """
    shared = {"x": {**x, "field": "_middle"}, "y": y}
    shade = {"value": colour} if isinstance(colour, str) else colour
    return [
        {
            "mark": {"type": "line", "strokeWidth": 2, "interpolate": "monotone"},
            "encoding": {**shared, "color": shade},
        },
        {
            "mark": {
                "type": "point",
                "filled": True,
                "size": 55,
                "opacity": 1,
                "cursor": "pointer",
            },
            "encoding": {
                **shared,
                "color": shade,
                "href": {"field": "url"},
                "description": {"field": "_say"},
            },
        },
    ]


def best(rows: Sequence[dict[str, Any]], value: Callable[[dict[str, Any]], Any]) -> Any:
    """The row with the largest value; None where no row has one above zero."""
    known = [row for row in rows if value(row) is not None and value(row) > 0]
    return max(known, key=value, default=None)
