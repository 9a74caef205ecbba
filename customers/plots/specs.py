"""What each plot shows: the rows by SQL, and the Vega-Lite that draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Sum
from django.db.models.functions import TruncMonth, TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from customers.models import DailySales, Message, Review
from customers.plots.asked import Asked
from customers.views.access import get_customer_for, get_product_for

ACCENT, GOOD, BAD, NEUTRAL = "#12857a", "#2c9a5b", "#d2483f", "#8a93a0"
MOST_POINTS = 400
NARROW = 340  # pixels, of the whole picture where it fits itself into its width
WEEKS = 104
SCORE_COLOUR = {
    "field": "score",
    "type": "quantitative",
    "scale": {"domain": [-1, 0, 1], "range": [BAD, NEUTRAL, GOOD], "interpolate": "rgb"},
    "legend": None,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """The rows behind a plot, and the Vega-Lite specification that holds them.

    `description` says in a few words what it shows, `summary` in a sentence or two what is to
    be seen, and `columns` maps fields of the
    rows to the headings of the table that stands beside the picture. Fields whose name
    begins with "_" are for drawing alone: tables and exports leave them out.
    """

    rows: list[dict[str, Any]]
    spec: dict[str, Any]
    summary: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    description: str = ""


def framed(
    rows: list[dict[str, Any]],
    description: str,
    *,
    summary: str = "",
    columns: Mapping[str, str] | None = None,
    **parts: Any,
) -> Plot:
    """A plot of our looks; `description` and `summary` are read out to those who cannot see
    it.
    """
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": f"{description}. {summary}" if summary else description,
        "width": 640,
        "height": 200,
        "background": None,
        # letters of a browser may be wider than those that the picture was measured with
        "padding": {"left": 14, "right": 10, "top": 5, "bottom": 5},
        "data": {"values": rows},
        "config": {
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
            "legend": {"labelFontSize": 12},
            **time_words(),
        },
        **parts,
    }
    return Plot(rows, spec, summary, columns or {}, description)


def narrowed(spec: dict[str, Any]) -> dict[str, Any]:
    """The plot as wide as a phone, with letters as large as before."""
    width = spec.get("width")
    if not isinstance(width, int) or width <= NARROW:
        return spec
    config = spec["config"] | {"axisY": {"labelLimit": NARROW // 3}}
    return spec | {"width": NARROW, "config": config}


def time_words() -> dict[str, Any]:
    """The months and days of time axes in the active language; Vega knows the English ones."""
    if (get_language() or "en").startswith("en"):
        return {}
    words = {
        "months": MONTHS.values(),
        "shortMonths": MONTHS_3.values(),
        # Vega's week begins on Sunday, Django's on Monday
        "days": [WEEKDAYS[day] for day in (6, 0, 1, 2, 3, 4, 5)],
        "shortDays": [WEEKDAYS_ABBR[day] for day in (6, 0, 1, 2, 3, 4, 5)],
    }
    formats = {"dateTime": "%Y-%m-%d %H:%M", "date": "%Y-%m-%d", "time": "%H:%M"}
    names = {name: [str(word) for word in listed] for name, listed in words.items()}
    return {"locale": {"time": {**formats, "periods": ["AM", "PM"], **names}}}


def time_axis(title: str = "") -> dict[str, Any]:
    """The x axis of dates."""
    return {"field": "at", "type": "temporal", "title": title or None, "axis": {"grid": False}}


def customer_sentiment(asked: Asked) -> Plot:
    """Each message and review of a customer at its time, with its sentiment score."""
    customer = get_customer_for(asked.user, asked.pk)
    said = Message.objects.filter(ticket__customer=customer, effective_score__isnull=False)
    reviews = customer.reviews.filter(effective_score__isnull=False)
    rows = [
        {
            "at": at.isoformat(),
            "score": score,
            "kind": _("message"),
            "url": reverse("ticket", args=[key]),
        }
        for at, score, key in said.order_by("-sent_at").values_list(
            "sent_at", "effective_score", "ticket_id"
        )[:MOST_POINTS]
    ] + [
        {
            "at": at.isoformat(),
            "score": score,
            "kind": _("review"),
            "url": reverse("product", args=[key]),
        }
        for at, score, key in reviews.order_by("-written_at").values_list(
            "written_at", "effective_score", "product_id"
        )[:MOST_POINTS]
    ]
    score = {
        "field": "score",
        "type": "quantitative",
        "title": _("sentiment"),
        "scale": {"domain": [-1, 1]},
        "axis": {"values": [-1, -0.5, 0, 0.5, 1]},
    }
    line = {
        "mark": {"type": "line", "color": NEUTRAL, "opacity": 0.5},
        "encoding": {"x": time_axis(), "y": score},
    }
    shape = {"field": "kind", "type": "nominal", "legend": {"title": None, "orient": "top"}}
    points = {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {
            "x": time_axis(),
            "y": score,
            "color": SCORE_COLOUR,
            "shape": shape,
            "href": {"field": "url"},
        },
    }
    text = _("Sentiment of %(n)s messages and reviews over time") % {"n": len(rows)}
    columns = {"at": _("When"), "kind": _("Text"), "score": _("sentiment")}
    return framed(rows, text, columns=columns, layer=[line, points])


def shop_orders(asked: Asked) -> Plot:
    """Sales per month, up to today; those of all currencies are counted, none is added up."""
    days = DailySales.objects.visible_to(asked.user).filter(day_on__lte=timezone.localdate())
    months = days.annotate(month=TruncMonth("day_on")).values("month").annotate(n=Sum("orders"))
    rows = [
        {"at": row["month"].isoformat(), "orders": row["n"], "url": _orders_of(row["month"])}
        for row in months.filter(n__gt=0).order_by("-month")[:36]
    ]
    month_format = pgettext("month and year for d3-time-format", "%b %Y")
    bars = {
        "x": time_axis()
        | {"timeUnit": "yearmonth", "axis": {"grid": False, "format": month_format}},
        "y": {"field": "orders", "type": "quantitative", "title": _("orders")},
        "href": {"field": "url"},
    }
    mark = {"type": "bar", "color": ACCENT, "cornerRadiusEnd": 3, "cursor": "pointer"}
    columns = {"at": _("Month from"), "orders": _("orders")}
    return framed(rows, _("Orders per month"), columns=columns, mark=mark, encoding=bars)


def _orders_of(month: date) -> str:
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    days = {"placed_since": month.isoformat(), "placed_until": last.isoformat()}
    asked = {**days, "kind": "sale", "counts": "true"}
    return f"{reverse('orders')}?{urlencode(asked)}"


def shop_sentiment(asked: Asked) -> Plot:
    """How customers' messages and reviews sounded: each week, and the mean of four."""
    messages = Message.objects.visible_to(asked.user).filter(effective_score__isnull=False)
    reviews = Review.objects.visible_to(asked.user).filter(effective_score__isnull=False)
    rows = weekly(messages, "sent_at", _("messages")) + weekly(reviews, "written_at", _("reviews"))
    colour = {
        "field": "kind",
        "type": "nominal",
        "scale": {"range": [BAD, ACCENT]},
        "legend": {"title": None, "orient": "top"},
    }
    layer = [
        {
            "mark": {"type": "point", "filled": True, "size": 18, "opacity": 0.3},
            "encoding": {"x": time_axis(), "y": mean_score("score"), "color": colour},
        },
        {
            "mark": {"type": "line", "interpolate": "monotone", "strokeWidth": 2},
            "encoding": {"x": time_axis(), "y": mean_score("of_four_weeks"), "color": colour},
        },
    ]
    columns = {
        "at": _("Week from"),
        "kind": _("Texts"),
        "n": _("number"),
        "score": _("mean sentiment"),
    }
    return framed(rows, _("Mean sentiment of four weeks"), columns=columns, layer=layer)


def mean_score(field: str) -> dict[str, Any]:
    """The y axis of mean sentiment scores."""
    return {
        "field": field,
        "type": "quantitative",
        "title": _("mean sentiment"),
        "scale": {"domain": [-1, 1]},
    }


def weekly(texts: Any, column: str, kind: str) -> list[dict[str, Any]]:
    """The mean score of each of the latest 104 weeks with texts, oldest first.

    `of_four_weeks` is the mean over the texts of a week and the three before it: a shop
    has few texts a week, and their mean alone jumps about.
    """
    weeks = texts.annotate(week=TruncWeek(column)).values("week")
    summed = weeks.annotate(total=Sum("effective_score"), n=Count("pk")).order_by("-week")
    latest = list(summed[:WEEKS])[::-1]
    return [
        {
            "at": row["week"].date().isoformat(),
            "score": round(row["total"] / row["n"], 3),
            "of_four_weeks": round(_mean_until(latest, row["week"]), 3),
            "n": row["n"],
            "kind": kind,
        }
        for row in latest
    ]


def _mean_until(weeks: list[dict[str, Any]], last: datetime) -> float:
    near = [row for row in weeks if timedelta() <= last - row["week"] < timedelta(weeks=4)]
    return sum(row["total"] for row in near) / sum(row["n"] for row in near)


def product_stars(asked: Asked) -> Plot:
    """How many reviews gave each number of stars, and how they sounded."""
    product = get_product_for(asked.user, asked.pk)
    counted = (
        product.reviews.filter(rating__isnull=False)
        .values(stars=F("rating"))
        .annotate(n=Count("pk"), score=Avg("effective_score"))
    )
    found = {row["stars"]: row for row in counted}
    rows = [
        {
            "stars": "★" * stars,
            "reviews": found[stars]["n"] if stars in found else 0,
            "score": (found[stars]["score"] or 0) if stars in found else 0,
        }
        for stars in range(5, 0, -1)
    ]
    encoding = {
        "y": {"field": "stars", "type": "nominal", "sort": None, "title": None},
        "x": {
            "field": "reviews",
            "type": "quantitative",
            "title": _("reviews"),
            "axis": {"tickMinStep": 1},
        },
        "color": SCORE_COLOUR,
    }
    mark = {"type": "bar", "cornerRadiusEnd": 3}
    columns = {"stars": _("Stars"), "reviews": _("reviews"), "score": _("mean sentiment")}
    looks: dict[str, Any] = {"mark": mark, "encoding": encoding, "width": 280, "height": 140}
    return framed(rows, _("Reviews by stars"), columns=columns, **looks)


PLOTS: dict[str, Callable[[Asked], Plot]] = {
    "customer-sentiment": customer_sentiment,
    "shop-orders": shop_orders,
    "shop-sentiment": shop_sentiment,
    "product-stars": product_stars,
}
