"""Aspects of products over time: what fell and what rose, with the sentences."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from customers.aspect_trends import (
    SURE,
    AspectTrend,
    aspect_trends,
    changed,
    sentences_of,
    shop_trends,
)
from customers.models import Aspect, AspectMention
from customers.period_picker import period_context
from customers.periods import asked_period


@require_GET
def aspect_list(request: HttpRequest) -> HttpResponse:
    """Aspects that are spoken of worse, or better, than in the period before."""
    period = asked_period(request.GET)
    trends = aspect_trends(period, period.before())
    fell, rose = changed(trends, worse=True), changed(trends, worse=False)
    said = sentences_of([*fell, *rose], period)
    names = {aspect.pk: aspect for aspect in Aspect.objects.all()}
    context = {
        **period_context(request.GET, period),
        "query": urlencode(period.query),
        "compared": len(trends),
        "fell": [_row(one, said, names) for one in fell],
        "rose": [_row(one, said, names) for one in rose],
        "shop": [_row(one, said, names) for one in _by_place(shop_trends(period, period.before()))],
    }
    return render(request, "aspects/list.html", context)


def _by_place(trends: list[AspectTrend]) -> list[AspectTrend]:
    return sorted(trends, key=lambda one: (-one.reviews, one.aspect_id))


def _row(
    one: AspectTrend, said: dict[tuple[int, str], list[str]], names: dict[str, Aspect]
) -> dict[str, Any]:
    polarity = AspectMention.Polarity
    sounds = polarity.NEGATIVE if one.is_worse else polarity.POSITIVE
    asked: dict[str, Any] = {"aspect": one.aspect_id, "polarity": sounds.value}
    if one.product_id is not None:
        asked["product"] = one.product_id
    return {
        "trend": one,
        "is_sure": one.p <= SURE,
        "aspect": names[one.aspect_id],
        "sentences": said.get((one.product_id or 0, one.aspect_id), []),
        "query": urlencode(asked),
    }
