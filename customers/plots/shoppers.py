"""How customers differ in what they spent, and which segments they are in."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Count, F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from customers.insight import rows as behind
from customers.insight.scope import scope_of
from customers.insight.stored import RUNNING_SQL
from customers.insight.units import Unit, shown
from customers.models import Customer, Segment
from customers.plots.asked import Asked
from customers.plots.over_time import CATEGORY, drawn, y_axis
from customers.plots.specs import ACCENT, NEUTRAL, Plot

# Steps of 1, 2 and 5: each bar is as wide as people reckon, and few reach over decades.
STEPS = [factor * 10**power for power in range(8) for factor in (1, 2, 5)]

# Float sums: exact to a cent far beyond any shop, and several times as fast as numeric ones.
SPENT_SQL = """
SELECT width_bucket(spent_total::float8, %(steps)s::float8[]) AS step,
    count(*), sum(spent_total::float8)
FROM customers_customer
WHERE currency = %(currency)s AND spent_total > 0 AND order_count > 0
GROUP BY 1 ORDER BY 1
"""
# One row for each tenth of the customers.
TENTHS_SQL = f"""
{RUNNING_SQL}
SELECT DISTINCT ON (floor(customers * 10)) least, customers, spent
FROM running WHERE customers >= 0.1 ORDER BY floor(customers * 10), least DESC
"""  # noqa: S608  # made of constants


def spent(asked: Asked) -> Plot:
    """How many customers spent how much in all, in steps of 1, 2 and 5."""
    scope = scope_of(asked.parameters)
    rows = [
        _step(step, n, scope.currency)
        for step, n, _total in _selected(SPENT_SQL, scope.currency, steps=STEPS)
    ]
    rows.sort(key=lambda row: row["from"])
    names = [row["spent"] for row in rows]
    most = max(rows, key=lambda row: row["customers"], default=None)
    said = (
        _("What customers spent is most often %(spent)s: so it is for %(n)s of them.")
        % {"spent": most["spent"], "n": shown(most["customers"], Unit.COUNT)}
        if most
        else ""
    )
    x = {
        "field": "spent",
        "type": "nominal",
        "sort": names,
        "title": _("spent in all (%(currency)s)") % {"currency": scope.currency},
        "axis": {"labelAngle": -40, "ticks": False},
    }
    return drawn(
        rows,
        _("Customers by what they spent in all"),
        summary=said,
        columns={"spent": _("Spent"), "customers": _("customers")},
        mark={
            "type": "bar",
            "color": ACCENT,
            "cornerRadiusEnd": 2,
            "cursor": "pointer",
        },
        encoding={"x": x, "y": y_axis("customers", _("customers")), **_leads()},
        height=260,
    )


def _step(step: int, n: int, currency: str) -> dict[str, Any]:
    low = STEPS[step - 1] if step else 0
    high = STEPS[step] if step < len(STEPS) else None
    ends = {"low": _short(low), "high": _short(high)}
    name = _("%(low)s–%(high)s") % ends if high else _("%(low)s and more") % ends
    url = behind.address(
        "customers", currency=currency, spent_min=low or "0.0001", spent_below=high, sort="-spent"
    )
    say = f"{name}: {shown(n, Unit.COUNT)}"
    return {"spent": name, "from": low, "customers": n, "url": url, "_say": say}


def _short(amount: int | None) -> str:
    if amount is None:
        return ""
    for unit, letter in ((10**6, "M"), (10**3, "k")):
        if amount >= unit:
            return f"{amount // unit}{letter}"
    return str(amount)


def concentration(asked: Asked) -> Plot:
    """Which share of all spending the customers who spend most bring: a Lorenz curve."""
    scope = scope_of(asked.parameters)
    rows = [_share(scope.currency, *tenth) for tenth in _selected(TENTHS_SQL, scope.currency)]
    x = y_axis("customers", _("customers, those who spend most first"), "%", grid=False)
    y = y_axis("spent", _("share of all spending"), "%")
    marks = [
        _equal(x, y),
        {
            "data": {"values": [{"customers": 0, "spent": 0}, *rows]},
            "mark": {
                "type": "area",
                "color": ACCENT,
                "opacity": 0.2,
                "line": {"color": ACCENT},
                "interpolate": "monotone",
            },
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1, "color": ACCENT},
            "encoding": {"x": x, "y": y, **_leads()},
        },
    ]
    return drawn(
        rows,
        _("Share of spending that the best customers bring"),
        summary=rows[0]["_say"] if rows else "",
        columns={"customers": _("customers"), "spent": _("share of all spending")},
        layer=marks,
        height=260,
    )


def _share(currency: str, least: int, customers: float, spent: float) -> dict[str, Any]:
    words = {"customers": shown(customers, Unit.SHARE), "spent": shown(spent, Unit.SHARE)}
    return {
        "customers": round(customers, 4),
        "spent": round(spent, 4),
        "url": behind.address("customers", currency=currency, spent_min=least, sort="-spent"),
        "_say": _("The %(customers)s who spend most bring %(spent)s of all spending.") % words,
    }


def _equal(x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """The line on which everybody spends alike."""
    return {
        "data": {"values": [{"customers": 0, "spent": 0}, {"customers": 1, "spent": 1}]},
        "mark": {"type": "line", "color": NEUTRAL, "strokeDash": [4, 3]},
        "encoding": {"x": x, "y": y},
    }


def segments(asked: Asked) -> Plot:
    """How many customers are in each segment; what staff decided counts before the model."""
    chosen = Coalesce(F("segment_id"), F("suggested_segment_id"))
    rows_of = Customer.objects.visible_to(asked.user).order_by()
    counted = dict(rows_of.values_list(chosen).annotate(n=Count("pk")))
    names = {segment.pk: str(segment) for segment in Segment.objects.all()}
    found = sorted(
        ((n, slug) for slug, n in counted.items() if slug in names),
        key=lambda one: (-one[0], one[1]),
    )
    everybody = sum(n for n, _ in found)
    rows = [
        {
            "segment": names[slug],
            "customers": n,
            "share": round(n / everybody, 4),
            "url": behind.address("customers", segment=slug),
            "_say": f"{names[slug]}: {shown(n, Unit.COUNT)}",
        }
        for n, slug in found
    ]
    said = ""
    if rows:
        words = {"segment": rows[0]["segment"], "share": shown(rows[0]["share"], Unit.SHARE)}
        said = (
            _("The largest segment is %(segment)s, with %(share)s of those who have one.") % words
        )
    y = {
        "field": "segment",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 180, "domain": False, "ticks": False},
    }
    return drawn(
        rows,
        _("Customers by segment"),
        summary=said,
        columns={"segment": _("Segment"), "customers": _("customers"), "share": _("share")},
        mark={"type": "bar", "color": CATEGORY[0], "cornerRadiusEnd": 2, "cursor": "pointer"},
        encoding={"y": y, "x": y_axis("customers", _("customers")), **_leads()},
        height=30 * max(3, len(rows)) + 40,
    )


def _leads() -> dict[str, Any]:
    return {"href": {"field": "url"}, "description": {"field": "_say"}}


def _selected(statement: str, currency: str, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"currency": currency, **more})
        return list(cursor.fetchall())
