"""Customers write about something that they hardly ever wrote about before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count

from customers.alarms.window import Window, is_sure
from customers.models import Alarm, Topic
from customers.models.alarm import MOST_ROWS, Finding
from customers.significance import share_rose
from customers.topic_trends import DATED

DAYS = 60
FEWEST = 5  # texts of the last days
HARDLY = 0.2  # of its present share of all texts a new topic had at most before
PLURAL = {"ticket": Alarm.RowsOf.TICKETS, "review": Alarm.RowsOf.REVIEWS}


def find(now: datetime) -> Iterator[Finding]:
    """Topics with at most `HARDLY` of their present share in the year before, by Fisher's
    exact test.
    """
    window = Window(now, DAYS)
    for kind in Topic.Kind.values:
        topics = {topic.pk: topic for topic in Topic.objects.shown().filter(kind=kind)}
        counted = _counted(kind, window)
        totals = [sum(row[name] for row in counted) for name in ("n", "former")]
        for row in counted:
            topic = topics.get(row["topic"])
            if topic and row["n"] >= FEWEST and all(totals):
                yield from _judged(topic, row, totals, window, len(topics))


def _judged(
    topic: Topic, row: dict[str, Any], totals: list[int], window: Window, tested: int
) -> Iterator[Finding]:
    of_all, of_former = totals
    share, former_share = row["n"] / of_all, row["former"] / of_former
    probability = share_rose(row["n"], of_all, row["former"], of_former)
    if former_share <= HARDLY * share and is_sure(probability, tested):
        yield _finding(topic, row, totals, window, probability)


def _counted(kind: str, window: Window) -> list[dict[str, Any]]:
    dated = DATED[kind]
    inside = dated.between(window.start, window.now)
    former = dated.between(window.before, window.start)
    rows = dated.model.objects.filter(inside | former).order_by().values("topic")
    counts = rows.annotate(n=Count("pk", filter=inside), former=Count("pk", filter=former))
    return sorted(counts, key=lambda row: row["topic"] or 0)


def _finding(
    topic: Topic, row: dict[str, Any], totals: list[int], window: Window, probability: float
) -> Finding:
    dated = DATED[topic.kind]
    written = dated.model.objects.filter(dated.between(window.start, window.now), topic=topic)
    newest = written.order_by(f"-{dated.at}", "-id").values_list("pk", flat=True)
    return Finding(
        key=f"topic:{topic.pk}",
        name=str(topic),
        evidence={
            "of": topic.kind,
            "days": DAYS,
            "texts": row["n"],
            "former_texts": row["former"],
            "all_texts": totals[0],
            "former_all_texts": totals[1],
            "words": topic.terms[:5],
            "p": probability,
        },
        rows_of=PLURAL[topic.kind],
        rows=tuple(newest[:MOST_ROWS]),
        severity=Alarm.Severity.NOTICE,
        subject={"topic": topic.pk},
    )
