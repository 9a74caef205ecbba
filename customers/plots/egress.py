"""Plots of the egress ledger by week: requests, bytes and cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.insight.buckets import DAY, Grain, buckets_of
from customers.models import EgressRecord
from customers.periods import Period
from customers.plots.asked import Asked
from customers.plots.over_time import ACCENT, CATEGORY, bars, drawn, spans, x_axis, y_axis
from customers.plots.specs import Plot

WEEKS = 26


def egress_requests(asked: Asked) -> Plot:
    """How many requests left in each week."""
    found = _by_week(asked).annotate(n=Count("pk"))
    total = sum(row["n"] for row in found)
    summary = ngettext("%(n)s request in half a year.", "%(n)s requests in half a year.", total)
    return _plot(
        found, "n", _("Requests that left, by week"), _("requests"), summary % {"n": total}
    )


def egress_bytes(asked: Asked) -> Plot:
    """How many bytes left in each week."""
    found = _by_week(asked).annotate(n=Sum("bytes_out"))
    total = sum(row["n"] for row in found)
    summary = _("%(n)s bytes left in half a year.") % {"n": f"{total:,}"}
    return _plot(found, "n", _("Bytes that left, by week"), _("bytes"), summary)


def egress_cost(asked: Asked) -> Plot:
    """What the requests of each week cost; currencies stand apart."""
    found = _by_week(asked, "currency").filter(cost__gt=0).annotate(n=Sum("cost"))
    rows = list(found)
    currencies = sorted({row["currency"] for row in rows})
    totals = [
        _amount(sum(row["n"] for row in rows if row["currency"] == currency), currency)
        for currency in currencies
    ]
    summary = _("%(sums)s in half a year.") % {"sums": ", ".join(totals)} if totals else ""
    colour = {
        "field": "currency",
        "type": "nominal",
        "scale": {"domain": currencies, "range": list(CATEGORY)},
        "legend": {"title": None, "orient": "top"},
    }
    shade = {"color": colour} if len(currencies) > 1 else {}
    is_small = max((row["n"] for row in rows), default=0) < 1  # a request costs parts of a cent
    form = ".2~g" if is_small else ",.2~f"
    return _plot(rows, "n", _("Cost by week"), _("cost"), summary, form=form, **shade)


def _amount(sum_: Decimal, currency: str) -> str:
    return f"{sum_:,.2f} {currency}" if sum_ >= 1 else f"{sum_.normalize():f} {currency}"


def _by_week(asked: Asked, *also: str) -> QuerySet:
    if not getattr(asked.user, "is_manager", False):
        raise PermissionDenied
    period = _half_a_year()
    rows = EgressRecord.objects.filter(sent_at__gte=period.start).order_by()
    return rows.annotate(week=TruncWeek("sent_at")).values("week", *also).order_by("week", *also)


def _half_a_year() -> Period:
    """The last weeks, whole ones from Monday, up to today."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    return Period(monday - timedelta(weeks=WEEKS - 1), today)


def _plot(
    found: Iterable[dict[str, Any]],
    field: str,
    description: str,
    title: str,
    summary: str,
    form: str = "~s",
    **encoding: Any,
) -> Plot:
    buckets = buckets_of(_half_a_year(), Grain.WEEK)
    named = {bucket["at"]: bucket for bucket in spans(buckets, Grain.WEEK)}
    rows = [
        {**named[at], "value": float(row[field]), **_of(row, named[at], title)}
        for row in found
        if (at := timezone.localtime(row["week"]).date().isoformat()) in named
    ]
    if not rows:
        return drawn([], description)
    # all weeks, though nothing left in some: what is seldom must not look as if it were always
    ends = [_moment(buckets[0].first), _moment(buckets[-1].last + DAY)]
    x = x_axis(buckets, Grain.WEEK) | {"scale": {"domain": ends}}
    layer = [bars(y_axis("value", title, form), x, ACCENT, **encoding)]
    columns = {"when": _("week"), "value": title}
    if any(row.get("currency") for row in rows):
        columns["currency"] = _("currency")
    return drawn(rows, description, summary=summary, columns=columns, layer=layer)


def _moment(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "date": day.day}


def _of(row: dict[str, Any], bucket: dict[str, Any], title: str) -> dict[str, Any]:
    """Where the bar leads, what it says, and its currency where it has one."""
    last = date.fromisoformat(bucket["until"]) - DAY
    query = f"?since={bucket['at']}&until={last.isoformat()}"
    more = {"currency": row["currency"]} if row.get("currency") else {}
    return {
        "url": reverse("model-egress") + query,
        "_say": f"{bucket['when']}: {row['n']} {title} {row.get('currency', '')}".strip(),
        **more,
    }
