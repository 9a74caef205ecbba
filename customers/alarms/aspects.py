"""One aspect of a product is spoken ill of more often than before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from customers.alarms.window import BEFORE_DAYS, is_sure
from customers.aspect_trends import AspectTrend, aspect_trends
from customers.models import Alarm, Aspect, AspectMention, Review
from customers.models.alarm import MOST_ROWS, Finding
from customers.models.aspect import reviews_mentioning
from customers.periods import Period

DAYS = 90
DROP = 0.3  # by which the share of reviews that speak ill of it rose
FEWEST_NEGATIVE = 4


def find(now: datetime) -> Iterator[Finding]:
    """Products and aspects whose share of negative reviews rose by `DROP` or more, by
    Fisher's exact test.
    """
    last = timezone.localdate(now)
    period = Period(last - timedelta(days=DAYS - 1), last)
    before = Period(period.first - timedelta(days=BEFORE_DAYS), period.first - timedelta(days=1))
    trends = aspect_trends(period, before, fewest=0)
    names = {aspect.pk: aspect for aspect in Aspect.objects.active()}
    for one in trends:
        risen = _share(one.negative, one.reviews) - _share(one.former_negative, one.former_reviews)
        enough = one.is_worse and risen >= DROP and one.negative >= FEWEST_NEGATIVE
        if enough and is_sure(one.p, len(trends)):
            yield _finding(one, names[one.aspect_id], period)


def _share(negative: int, reviews: int) -> float:
    return negative / max(reviews, 1)


def _finding(one: AspectTrend, aspect: Aspect, period: Period) -> Finding:
    written = Review.objects.filter(
        product=one.product_id, written_at__gte=period.start, written_at__lt=period.end
    )
    bad = reviews_mentioning(
        written, aspect=one.aspect_id, polarity=AspectMention.Polarity.NEGATIVE
    )
    return Finding(
        key=f"product:{one.product_id}/aspect:{one.aspect_id}",
        name=one.product_name,
        evidence={
            "aspect": aspect.pk,
            "aspect_name": aspect.name,
            "days": DAYS,
            "reviews": one.reviews,
            "negative": one.negative,
            "former_reviews": one.former_reviews,
            "former_negative": one.former_negative,
            "p": one.p,
        },
        rows_of=Alarm.RowsOf.REVIEWS,
        rows=tuple(bad.order_by("-written_at", "-id").values_list("pk", flat=True)[:MOST_ROWS]),
        severity=Alarm.Severity.WARNING,
        subject={"product": one.product_id} if one.product_id else {},
    )
