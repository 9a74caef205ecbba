"""How customers speak of single aspects of a product."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from customers.models import Aspect, AspectMention
from customers.plots.asked import Asked
from customers.plots.specs import BAD, GOOD, NEUTRAL, Plot, framed
from customers.views.access import get_product_for

ROW_HEIGHT = 26


def product_aspects(asked: Asked) -> Plot:
    """How many reviews of a product speak of each aspect, by how that sounds. The bars
    lead to those reviews.
    """
    product = get_product_for(asked.user, asked.pk)
    mentions = AspectMention.objects.filter(review__product=product)
    counted = mentions.values("aspect", "polarity").annotate(n=Count("review", distinct=True))
    aspects = {aspect.pk: aspect for aspect in Aspect.objects.all()}
    labels = dict(AspectMention.Polarity.choices)
    order = {polarity: place for place, polarity in enumerate(labels)}
    rows = [
        {
            "aspect": str(aspects[row["aspect"]]),
            "sounds": str(labels[row["polarity"]]),
            "order": order[row["polarity"]],
            "reviews": row["n"],
            "url": _reviews(product.pk, row["aspect"], row["polarity"]),
        }
        for row in counted.order_by("aspect__position", "polarity")
    ]
    shown = len({row["aspect"] for row in rows})
    mark = {"type": "bar", "cornerRadiusEnd": 2, "cursor": "pointer"}
    text = _("Reviews by aspect and how it sounds")
    height = ROW_HEIGHT * shown
    looks: dict[str, Any] = {"mark": mark, "encoding": _encoding(labels), "height": height}
    columns = {"aspect": _("Aspect"), "sounds": _("sounds"), "reviews": _("reviews")}
    return framed(rows, text, columns=columns, width=280, **looks)


def _encoding(labels: dict[Any, Any]) -> dict[str, Any]:
    names = [str(label) for label in labels.values()]
    return {
        "y": {"field": "aspect", "type": "nominal", "sort": None, "title": None},
        "x": {
            "field": "reviews",
            "type": "quantitative",
            "title": _("reviews"),
            "axis": {"tickMinStep": 1},
        },
        "color": {
            "field": "sounds",
            "type": "nominal",
            "scale": {"domain": names, "range": [BAD, NEUTRAL, GOOD]},
            "legend": {"title": None, "orient": "top"},
        },
        "order": {"field": "order", "type": "quantitative"},
        "href": {"field": "url"},
        "description": {"field": "sounds"},
    }


def _reviews(product: int, aspect: str, polarity: str) -> str:
    asked: dict[str, str | int] = {"product": product, "aspect": aspect, "polarity": polarity}
    return f"{reverse('reviews')}?{urlencode(asked)}"
