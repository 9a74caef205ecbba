"""RFM classes of customers, the moves between them, and the cohorts of first orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.cohorts import Cell, Cohort, cohort_retention
from customers.insight import rows as behind
from customers.insight.buckets import Grain, buckets_of
from customers.insight.scope import Scope, scope_of
from customers.insight.units import Unit, shown
from customers.models import Customer, RfmChange, RfmClass
from customers.periods import Period
from customers.plots.asked import Asked
from customers.plots.over_time import drawn, y_axis
from customers.plots.specs import ACCENT, Plot

SHADE = {"range": ["#e3f2ef", "#5fb8ab"], "interpolate": "rgb"}
MOST_MONTHS = 13
CELL_HEIGHT = 26


def classes(asked: Asked) -> Plot:
    """How many customers are in each RFM class now."""
    scope = scope_of(asked.parameters)
    customers = _customers(asked, scope).exclude(rfm_class="")
    counted = dict(customers.values_list("rfm_class").annotate(n=Count("pk")))
    rows = [
        {
            "class": str(kind.label),
            "customers": counted[kind.value],
            "url": behind.address("customers", rfm_class=kind.value),
            "_say": f"{kind.label}: {shown(counted[kind.value], Unit.COUNT)}",
        }
        for kind in RfmClass
        if kind.value in counted
    ]
    largest = max(rows, key=lambda row: row["customers"], default=None)
    said = ""
    if largest:
        share = largest["customers"] / sum(row["customers"] for row in rows)
        words = {"class": largest["class"], "share": shown(share, Unit.SHARE)}
        said = _("The largest class is: %(class)s, with %(share)s of the customers.") % words
    y = {"field": "class", "type": "nominal", "sort": None, "title": None}
    return drawn(
        rows,
        _("Customers by RFM class"),
        summary=said,
        columns={"class": _("Class"), "customers": _("customers")},
        mark={"type": "bar", "color": ACCENT, "cornerRadiusEnd": 2, "cursor": "pointer"},
        encoding={"y": y, "x": y_axis("customers", _("customers")), **_leads()},
        height=CELL_HEIGHT * max(3, len(rows)) + 50,
    )


def moves(asked: Asked) -> Plot:
    """From which class to which customers went within the period."""
    scope = scope_of(asked.parameters)
    names = {str(kind.value): str(kind.label) for kind in RfmClass}
    counted = (
        RfmChange.objects.filter(
            changed_at__gte=scope.period.start, changed_at__lt=scope.period.end
        )
        .exclude(from_class="")
        .values_list("from_class", "to_class")
        .annotate(n=Count("pk"))
        .order_by("-n")
    )
    rows = [
        {
            "from": names[before],
            "to": names[after],
            "customers": n,
            "url": behind.address("customers", rfm_class=after),
            "_say": f"{names[before]} → {names[after]}: {shown(n, Unit.COUNT)}",
        }
        for before, after, n in counted
        if before in names and after in names
    ]
    said = ""
    if rows:
        words = {**rows[0], "n": shown(rows[0]["customers"], Unit.COUNT)}
        said = _("Most moves were from “%(from)s” to “%(to)s”: %(n)s.") % words
    order = list(names.values())
    axes = {
        "y": {
            "field": "from",
            "type": "nominal",
            "sort": order,
            "title": pgettext("move between classes", "from"),
        },
        "x": {
            "field": "to",
            "type": "nominal",
            "sort": order,
            "title": pgettext("move between classes", "to"),
            "axis": {"labelAngle": -40},
        },
    }
    return _squares(
        rows,
        axes,
        "customers",
        _("Moves between RFM classes"),
        said,
        {"from": _("From"), "to": _("To"), "customers": _("customers")},
    )


def cohorts(asked: Asked) -> Plot:
    """Which share of the customers of each month bought again in the months after it."""
    scope = scope_of(asked.parameters)
    found = cohort_retention(scope.source, scope.currency or None).cohorts[-MOST_MONTHS:]
    rows = [
        _cell(cohort, cell)
        for cohort in found
        for cell in cohort.cells[1:MOST_MONTHS]
        if cell.is_complete
    ]
    months = [date_format(cohort.month_on, "YEAR_MONTH_FORMAT") for cohort in found]
    axes = {
        "y": {"field": "cohort", "type": "nominal", "sort": months, "title": _("first order in")},
        "x": {
            "field": "months",
            "type": "ordinal",
            "title": _("months after the first order"),
            "axis": {"labelAngle": 0},
        },
    }
    return _squares(
        rows,
        axes,
        "share",
        _("Customers who bought again, by the month of their first order"),
        _after_a_month(rows),
        {"cohort": _("first order in"), "months": _("months after"), "share": _("share")},
        text_format=".0%",
    )


def _after_a_month(rows: list[dict[str, Any]]) -> str:
    """The mean over the customers of all cohorts, each as large as it is."""
    first = [row for row in rows if row["months"] == 1]
    size = sum(row["size"] for row in first)
    if not size:
        return ""
    share = sum(row["customers"] for row in first) / size
    words = {"share": shown(share, Unit.SHARE), "n": shown(size, Unit.COUNT)}
    return _("Of %(n)s customers, %(share)s bought again in the month after.") % words


def _cell(cohort: Cohort, cell: Cell) -> dict[str, Any]:
    month = date_format(cohort.month_on, "YEAR_MONTH_FORMAT")
    say = _("%(month)s, after %(months)s months: %(share)s") % {
        "month": month,
        "months": cell.months_since,
        "share": shown(cell.share, Unit.SHARE),
    }
    return {
        "cohort": month,
        "months": cell.months_since,
        "share": round(cell.share, 4),
        "customers": cell.customers,
        "size": cohort.size,
        "url": behind.address("customers", **_first_orders(cohort)),
        "_say": say,
    }


def _first_orders(cohort: Cohort) -> dict[str, str]:
    month = Period(cohort.month_on, cohort.month_on + timedelta(days=31))
    whole = buckets_of(month, Grain.MONTH)[0]
    return {
        "first_order_since": whole.first.isoformat(),
        "first_order_until": whole.last.isoformat(),
    }


def _squares(
    rows: list[dict[str, Any]],
    axes: dict[str, Any],
    field: str,
    description: str,
    summary: str,
    columns: dict[str, str],
    text_format: str = ",",
) -> Plot:
    """A heat map with its numbers, each square leading to the customers in it."""
    shade = {"field": field, "type": "quantitative", "scale": SHADE, "legend": None}
    height = len({row[axes["y"]["field"]] for row in rows})
    square = {"mark": {"type": "rect", "cursor": "pointer"}, "encoding": {**axes, "color": shade}}
    square["encoding"] |= _leads()
    number = {
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            **axes,
            "text": {"field": field, "type": "quantitative", "format": text_format},
            "color": {"value": "#0c1f1d"},
        },
    }
    return drawn(
        rows,
        description,
        summary=summary,
        columns=columns,
        layer=[square, number],
        height=CELL_HEIGHT * max(4, height) + 90,
    )


def _customers(asked: Asked, scope: Scope) -> Any:
    rows = Customer.objects.visible_to(asked.user).order_by()
    return rows if scope.source is None else rows.filter(source=scope.source)


def _leads() -> dict[str, Any]:
    return {"href": {"field": "url"}, "description": {"field": "_say"}}


PLOTS = {"customers-rfm": classes, "customers-moves": moves, "customers-cohorts": cohorts}
