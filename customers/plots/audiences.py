"""Plots of two audiences side by side; bars lead to the customers behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Case, Count, Value, When
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from customers.audiences.comparison import Side, has_column, side_of
from customers.audiences.counting import PATIENT_MS, TooSlow, time_limit
from customers.audiences.customer_fields import column_choices
from customers.models import Order, Segment
from customers.plots.asked import Asked
from customers.plots.specs import ACCENT, NEUTRAL, Plot, framed

MOST_BARS = 10
BAR_HEIGHT = 17
ORDER_STEPS = (("0", 0), ("1", 1), ("2", 2), ("3–4", 4), ("5–9", 9), ("10–19", 19))

Counts = Mapping[str, int]
Link = Callable[[Side, str], str]


def audience_segments(asked: Asked) -> Plot:
    """How many of each side are in each segment."""
    names = {segment.pk: str(segment) for segment in Segment.objects.all()}
    return _side_by_side(asked, _("Segments"), _segments, _list_of("segment"), names)


def audience_rfm(asked: Asked) -> Plot:
    """How many of each side are in each RFM class."""
    if not has_column("rfm_class"):
        raise Http404
    names = {str(value): str(label) for value, label in column_choices("rfm_class")()}
    link = _list_of("rfm_class")
    return _side_by_side(asked, _("RFM classes"), _by_column("rfm_class"), link, names)


def audience_countries(asked: Asked) -> Plot:
    """Where the customers of each side live."""
    return _side_by_side(asked, _("Countries"), _by_column("country"), _list_of("country"), {})


def audience_categories(asked: Asked) -> Plot:
    """How many of each side bought each category at least once."""
    return _side_by_side(asked, _("Bought categories"), _categories, _built_of("category"), {})


def audience_orders(asked: Asked) -> Plot:
    """How often the customers of each side ordered."""
    order = {label: label for label, _most in ORDER_STEPS} | {"20+": "20+"}
    return _side_by_side(asked, _("Orders per customer"), _order_steps, _members, order)


def _segments(side: Side) -> Counts:
    """The decision of staff counts, and the model's opinion where there is none."""
    found = Counter[str]()
    grouped = side.rows.order_by().values_list("segment", "suggested_segment")
    for decided, suggested, n in grouped.annotate(n=Count("pk")):
        found[decided or suggested or ""] += n
    return found


def _by_column(column: str) -> Callable[[Side], Counts]:
    def counts(side: Side) -> Counts:
        return dict(side.rows.order_by().values_list(column).annotate(n=Count("pk")))

    return counts


def _categories(side: Side) -> Counts:
    sales = Order.objects.filter(kind=Order.Kind.SALE, customer__in=side.rows.values("pk"))
    lines = sales.exclude(status=Order.Status.CANCELLED).exclude(lines__product__category="")
    known = lines.filter(lines__product__isnull=False).order_by()
    counted = known.values_list("lines__product__category")
    return dict(counted.annotate(n=Count("customer", distinct=True)))


def _order_steps(side: Side) -> Counts:
    steps = [When(order_count__lte=most, then=Value(label)) for label, most in ORDER_STEPS]
    stepped = side.rows.order_by().annotate(step=Case(*steps, default=Value("20+")))
    return dict(stepped.values_list("step").annotate(n=Count("pk")))


def _list_of(parameter: str) -> Link:
    """The list of the side's customers, narrowed to a value."""

    def link(side: Side, value: str) -> str:
        said = {"audience": side.key, parameter: value}
        return f"{reverse('customers')}?{urlencode({k: v for k, v in said.items() if v})}"

    return link


def _built_of(parameter: str) -> Link:
    """The builder with the side and a value as its rules."""

    def link(side: Side, value: str) -> str:
        said = {"audience": side.key, parameter: value}
        return f"{reverse('audience-new')}?{urlencode({k: v for k, v in said.items() if v})}"

    return link


def _members(side: Side, _value: str) -> str:
    return _list_of("segment")(side, "")


def _side_by_side(
    asked: Asked,
    title: str,
    count: Callable[[Side], Counts],
    link: Link,
    names: Mapping[str, str],
) -> Plot:
    """Bars of the share of each side that has each value. The names' order is kept; without
    names the commonest values come first, `MOST_BARS` of them.
    """
    sides = [side_of(asked.user, asked.parameters.get(side, "")) for side in "ab"]
    try:
        with time_limit(PATIENT_MS):
            found = [(side, side.rows.order_by().count(), count(side)) for side in sides]
    except TooSlow:
        return framed([], _("Counting took too long."), mark="bar")
    values = _values([(size, counts) for _side, size, counts in found], names)
    rows = [
        {
            "what": names.get(value, value) or _("not known"),
            "side": side.name,
            "share": round(counts.get(value, 0) / size, 4) if size else 0,
            "customers": counts.get(value, 0),
            "url": link(side, value),
        }
        for value in values
        for side, size, counts in found
    ]
    height = max(60, BAR_HEIGHT * len(rows))
    return framed(
        rows, title, mark=MARK, encoding=_encoding(sides), width=340, height=height, padding=PADDING
    )


# the page draws labels in a font of its own, wider than the one they were measured in
PADDING = {"left": 24, "right": 8, "top": 4, "bottom": 4}
MARK = {"type": "bar", "cornerRadiusEnd": 2, "cursor": "pointer"}


def _values(found: list[tuple[int, Counts]], names: Mapping[str, str]) -> list[str]:
    there = {value for _size, counts in found for value in counts}
    if names:
        return [value for value in names if value in there] + sorted(there - names.keys())

    def commonness(value: str) -> tuple[float, str]:
        return -max(counts.get(value, 0) / (size or 1) for size, counts in found), value

    return sorted(there, key=commonness)[:MOST_BARS]


def _encoding(sides: list[Side]) -> dict[str, Any]:
    names = [side.name for side in sides]
    return {
        "y": {"field": "what", "type": "nominal", "sort": None, "title": None},
        "yOffset": {"field": "side", "sort": names},
        "x": {
            "field": "share",
            "type": "quantitative",
            "title": _("share of customers"),
            "axis": {"format": ".0%", "tickCount": 5},
        },
        "color": {
            "field": "side",
            "type": "nominal",
            "scale": {"domain": names, "range": [ACCENT, NEUTRAL]},
            "legend": {"title": None, "orient": "top", "labelLimit": 220, "labelFontSize": 12},
        },
        "href": {"field": "url"},
        "description": {"field": "what"},
    }
