"""What sales are made of: countries, products and categories, and which rise or fall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from customers.insight import rows as behind
from customers.insight.scope import Scope, scope_of
from customers.insight.sums import NOTHING, ProductSum, compared, sales_by
from customers.insight.units import Unit, shown
from customers.plots.asked import Asked
from customers.plots.over_time import BEFORE, drawn, y_axis
from customers.plots.sales import as_number
from customers.plots.specs import ACCENT, BAD, GOOD, Plot

MOST_BARS, MOST_MOVED = 12, 6
ROW_HEIGHT = 26


def countries(asked: Asked) -> Plot:
    """Revenue by country, now and in the period before."""
    scope = scope_of(asked.parameters)
    now, before = sales_by(scope, "country"), sales_by(scope.before(), "country")
    sums = [
        ProductSum(
            key=country,
            name=country or _("not known"),
            orders=sold.orders,
            revenue=sold.revenue,
            orders_before=before.get(country, NOTHING).orders,
            revenue_before=before.get(country, NOTHING).revenue,
        )
        for country, sold in now.items()
    ]
    sums.sort(key=lambda one: -one.revenue)
    return _ranked(
        scope,
        [one for one in sums if one.revenue > 0],
        _("Revenue by country"),
        _("country"),
        lambda key: behind.sales(scope, country=key),
    )


def products(asked: Asked) -> Plot:
    """The products that brought most."""
    scope = scope_of(asked.parameters)
    sold = [one for one in compared(scope) if one.revenue > 0]
    return _ranked(
        scope,
        sold,
        _("Products by revenue"),
        _("product"),
        lambda key: behind.sales(scope, product=key),
    )


def categories(asked: Asked) -> Plot:
    """The categories of products by what they brought."""
    scope = scope_of(asked.parameters)
    sold = [one for one in compared(scope, by_category=True) if one.revenue > 0 and one.key]
    return _ranked(
        scope,
        sold,
        _("Categories by revenue"),
        _("category"),
        lambda key: behind.sales(scope, category=key),
    )


def moved_products(asked: Asked) -> Plot:
    """The products whose revenue rose and fell most against the period before."""
    scope = scope_of(asked.parameters)
    sums = sorted(compared(scope), key=lambda one: -one.change)
    if not any(one.revenue_before for one in sums):
        sums = []  # everything would have risen from nothing
    risen = [one for one in sums[:MOST_MOVED] if one.change > 0]
    fallen = [one for one in sums[-MOST_MOVED:] if one.change < 0]
    rows = [
        _row(scope, one, lambda key: behind.sales(scope, product=key)) for one in risen + fallen
    ]
    rows = [row | {"_colour": GOOD if row["change"] > 0 else BAD} for row in rows]
    title = _("change of revenue (%(currency)s)") % {"currency": scope.currency}
    encoding = {
        "y": _names([row["_order"] for row in rows]),
        "x": y_axis("change", title),
        "color": {"field": "_colour", "type": "nominal", "scale": None},
        "href": {"field": "url"},
        "description": {"field": "_say"},
    }
    return drawn(
        rows,
        _("Products that rose and fell most"),
        summary=_moves(scope, risen[:1], fallen[-1:]),
        columns=_columns(scope, _("product")) | {"change": title},
        mark={"type": "bar", "cornerRadiusEnd": 2, "cursor": "pointer"},
        encoding=encoding,
        height=ROW_HEIGHT * max(3, len(rows)) + 40,
    )


def _moves(scope: Scope, risen: Sequence[ProductSum], fallen: Sequence[ProductSum]) -> str:
    said = []
    for one in risen:
        said.append(_("%(name)s rose most: from %(before)s to %(now)s.") % _words(scope, one))
    for one in fallen:
        said.append(_("%(name)s fell most: from %(before)s to %(now)s.") % _words(scope, one))
    return " ".join(said)


def _ranked(
    scope: Scope,
    sums: Sequence[ProductSum],
    description: str,
    noun: str,
    url: Callable[[Any], str],
) -> Plot:
    """Bars by revenue, the longest first, each with a mark at what the period before had."""
    rows = [_row(scope, one, url) for one in sums[:MOST_BARS]]
    title = _("revenue (%(currency)s)") % {"currency": scope.currency}
    names = _names([row["_order"] for row in rows])
    mark = {"type": "bar", "cornerRadiusEnd": 2, "cursor": "pointer", "color": ACCENT}
    layer = [
        {
            "mark": mark,
            "encoding": {
                "y": names,
                "x": y_axis("revenue", title),
                "href": {"field": "url"},
                "description": {"field": "_say"},
            },
        },
        *_marks_of_before(rows, names),
    ]
    return drawn(
        rows,
        description,
        summary=_first(scope, sums),
        columns=_columns(scope, noun),
        layer=layer,
        height=ROW_HEIGHT * max(3, len(rows)) + 60,
    )


def _marks_of_before(rows: Sequence[dict[str, Any]], names: dict[str, Any]) -> list[dict[str, Any]]:
    """A mark at what the period before had, if it had anything."""
    if not any(row["before"] for row in rows):
        return []
    colour = {
        "datum": _("the period before"),
        "scale": {"range": [BEFORE]},
        "legend": {"title": None, "orient": "top"},
    }
    x = {"field": "before", "type": "quantitative"}
    mark = {"type": "tick", "thickness": 2, "size": 18}
    return [{"mark": mark, "encoding": {"y": names, "x": x, "color": colour}}]


def _names(order: Sequence[str]) -> dict[str, Any]:
    """The y axis of names; two that read alike stay two bars, told apart by their keys."""
    axis = {"labelLimit": 230, "domain": False, "ticks": False, "labelExpr": _AFTER_KEY}
    return {"field": "_order", "type": "nominal", "sort": list(order), "title": None, "axis": axis}


_AFTER_KEY = "slice(datum.value, indexof(datum.value, '\\t') + 1)"


def _row(scope: Scope, one: ProductSum, url: Callable[[Any], str]) -> dict[str, Any]:
    words = _words(scope, one)
    say = _("%(name)s: %(now)s; in the period before: %(before)s") % words
    return {
        "name": one.name,
        "_order": f"{one.key}\t{one.name}",
        "revenue": as_number(one.revenue),
        "before": as_number(one.revenue_before),
        "change": as_number(one.change),
        "orders": int(one.orders),
        "url": url(one.key),
        "_say": say,
    }


def _words(scope: Scope, one: ProductSum) -> dict[str, str]:
    return {
        "name": one.name,
        "now": shown(one.revenue, Unit.MONEY, scope.currency),
        "before": shown(one.revenue_before, Unit.MONEY, scope.currency),
    }


def _columns(scope: Scope, noun: str) -> dict[str, str]:
    title = _("revenue (%(currency)s)") % {"currency": scope.currency}
    return {"name": noun, "revenue": title, "before": _("the period before")}


def _first(scope: Scope, sums: Sequence[ProductSum]) -> str:
    if not sums:
        return ""
    share = sums[0].revenue / sum(one.revenue for one in sums)
    words = {**_words(scope, sums[0]), "share": shown(share, Unit.SHARE)}
    return _("%(name)s comes first with %(now)s, %(share)s of all that is listed.") % words
