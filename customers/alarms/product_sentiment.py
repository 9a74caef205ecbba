"""Reviews of a product sound worse than they did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q, Variance

from customers.alarms.window import Window, is_sure
from customers.models import Alarm, Product, Review
from customers.models.alarm import MOST_ROWS, Finding
from customers.significance import mean_fell

DAYS = 90
FEWEST = 5  # reviews in either time
DROP, LARGE_DROP = 0.3, 0.8  # of a score from -1 to 1
PRIOR_WEIGHT = 5.0  # reviews that the shop's own variance counts like


def find(now: datetime) -> Iterator[Finding]:
    """Products whose mean score fell by `DROP` or more, by Student's t with a variance
    shrunk towards that of all reviews.
    """
    window = Window(now, DAYS)
    said = Review.objects.filter(
        effective_score__isnull=False, written_at__gt=window.before, written_at__lte=now
    )
    prior = said.aggregate(spread=Variance("effective_score"))["spread"] or 0.0
    late, early = Q(written_at__gt=window.start), Q(written_at__lte=window.start)
    rows = said.values("product").annotate(
        n=Count("pk", filter=late),
        mean=Avg("effective_score", filter=late),
        spread=Variance("effective_score", filter=late),
        former_n=Count("pk", filter=early),
        former_mean=Avg("effective_score", filter=early),
        former_spread=Variance("effective_score", filter=early),
    )
    enough: Any = rows.filter(n__gte=FEWEST, former_n__gte=FEWEST).order_by("product")
    tested = said.values("product").distinct().count()
    for row in enough:
        now_, before = _period(row, ""), _period(row, "former_")
        probability = mean_fell(now_, before, prior, PRIOR_WEIGHT)
        if row["former_mean"] - row["mean"] >= DROP and is_sure(probability, tested):
            yield _finding(row, window, probability)


def _period(row: dict[str, Any], prefix: str) -> tuple[int, float, float]:
    return row[f"{prefix}n"], row[f"{prefix}mean"], row[f"{prefix}spread"] or 0.0


def _finding(row: dict[str, Any], window: Window, probability: float) -> Finding:
    product = Product.objects.defer("search").get(pk=row["product"])
    bad = product.reviews.filter(
        written_at__gt=window.start, written_at__lte=window.now, effective_score__lt=0
    )
    drop = row["former_mean"] - row["mean"]
    return Finding(
        key=f"product:{product.pk}",
        name=str(product),
        evidence={
            "days": DAYS,
            "score": round(row["mean"], 2),
            "former_score": round(row["former_mean"], 2),
            "reviews": row["n"],
            "former_reviews": row["former_n"],
            "negative": bad.count(),
            "p": probability,
        },
        rows_of=Alarm.RowsOf.REVIEWS,
        rows=tuple(bad.order_by("-written_at", "-id").values_list("pk", flat=True)[:MOST_ROWS]),
        severity=Alarm.Severity.URGENT if drop >= LARGE_DROP else Alarm.Severity.WARNING,
        subject={"product": product.pk},
    )
