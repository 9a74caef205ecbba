"""Plots of topics, and of aspects over time."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from customers.aspect_trends import AspectTrend, aspect_trends, changed
from customers.models import Aspect, AspectMention, Topic
from customers.plots.asked import Asked
from customers.plots.specs import ACCENT, BAD, GOOD, NEUTRAL, Plot, framed, time_axis
from customers.topic_trends import DATED, TopicTrend, topic_trends
from customers.views.access import get_topic_for

MOST_BARS, MOST_TICKS = 12, 5
ROW_HEIGHT = 24
NAME_CHARACTERS, NAME_WIDTH = 38, 260  # of a bar; the width in pixels


def topics(asked: Asked) -> Plot:
    """By how many percentage points each topic's share of all texts changed in the period,
    beside the one before: those that changed most. Bars lead to the texts; pale ones may be
    chance. `?kind=review` is of reviews.
    """
    kind = asked.parameters.get("kind", "")
    kind = kind if kind in Topic.Kind.values else Topic.Kind.TICKET.value
    trends = topic_trends(kind, asked.user, asked.period, asked.period.before())
    moved = sorted(trends, key=lambda one: -abs(one.share - one.former_share))[:MOST_BARS]
    rows = [_topic_row(one) for one in sorted(moved, key=lambda one: one.former_share - one.share)]
    text = _("Change of each topic's share of all texts, in percentage points")
    return _bars(rows, "topic", text, _("percentage points"), (ACCENT, NEUTRAL))


def topic_over_time(asked: Asked) -> Plot:
    """How many texts of a topic were written each week of the period; bars lead to them."""
    topic = get_topic_for(asked.user, asked.pk)
    dated = DATED[topic.kind]
    period = asked.period
    written = dated.model.objects.visible_to(asked.user).filter(
        dated.between(period.start, period.end), topic=topic
    )
    weeks = written.order_by().annotate(week=TruncWeek(dated.at)).values("week")
    rows = [
        {"at": row["week"].date().isoformat(), "texts": row["n"], "url": topic.rows_address}
        for row in weeks.annotate(n=Count("pk")).order_by("week")
    ]
    most = max((row["texts"] for row in rows), default=1)
    encoding = {
        "x": time_axis()
        | {
            "timeUnit": "yearmonthdate",
            "scale": {"domain": [period.first.isoformat(), period.last.isoformat()]},
        },
        "y": {
            "field": "texts",
            "type": "quantitative",
            "title": _("texts a week"),
            "axis": {"tickMinStep": 1, "tickCount": min(most, MOST_TICKS), "format": "d"},
        },
        "href": {"field": "url"},
    }
    mark = {"type": "bar", "color": ACCENT, "width": 6, "cursor": "pointer"}
    text = _("Texts about “%(topic)s” a week") % {"topic": topic}
    return framed(rows, text, mark=mark, encoding=encoding)


def aspect_changes(asked: Asked) -> Plot:
    """By how many percentage points the share of reviews that speak ill of an aspect of a
    product changed, for those that changed by more than chance; bars lead to the reviews.
    """
    period = asked.period
    trends = aspect_trends(period, period.before())
    sure = [*changed(trends, worse=True), *changed(trends, worse=False)]
    moved = sorted(sure, key=lambda one: -abs(one.change))[:MOST_BARS]
    names = {aspect.pk: str(aspect) for aspect in Aspect.objects.all()}
    rows = [_aspect_row(one, names) for one in sorted(moved, key=lambda one: -one.change)]
    text = _("Change of the share of reviews that complain, in percentage points")
    return _bars(rows, "aspect", text, _("percentage points"), (BAD, GOOD))


def _topic_row(one: TopicTrend) -> dict[str, Any]:
    return {
        "topic": _short(str(one.topic)),
        "points": round(100 * (one.share - one.former_share), 2),
        "texts": one.n,
        "before": one.former,
        "p": round(one.p, 4),
        "strong": one.is_sure,
        "url": one.topic.rows_address,
    }


def _aspect_row(one: AspectTrend, names: dict[str, str]) -> dict[str, Any]:
    polarity = AspectMention.Polarity
    sounds = polarity.NEGATIVE if one.is_worse else polarity.POSITIVE
    asked = {"product": str(one.product_id), "aspect": one.aspect_id, "polarity": sounds.value}
    return {
        "aspect": _short(f"{names[one.aspect_id]}: {one.product_name}"),
        "points": round(100 * one.change, 1),
        "reviews": one.reviews,
        "complain": one.negative,
        "reviews_before": one.former_reviews,
        "complained_before": one.former_negative,
        "p": round(one.p, 4),
        "strong": one.is_worse,
        "url": f"{reverse('reviews')}?{urlencode(asked)}",
    }


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}…"


def _bars(
    rows: list[dict[str, Any]], name: str, text: str, unit: str, colours: tuple[str, str]
) -> Plot:
    """Bars to the right for more, to the left for less; `strong` rows in the first colour."""
    encoding = {
        "y": {
            "field": name,
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {"labelLimit": NAME_WIDTH},
        },
        "x": {"field": "points", "type": "quantitative", "title": unit},
        "color": {
            "field": "strong",
            "type": "nominal",
            "scale": {"domain": [True, False], "range": list(colours)},
            "legend": None,
        },
        "href": {"field": "url"},
    }
    mark = {"type": "bar", "cornerRadiusEnd": 2, "cursor": "pointer"}
    height = max(ROW_HEIGHT * len(rows), ROW_HEIGHT)
    return framed(rows, text, mark=mark, encoding=encoding, width=560, height=height)
