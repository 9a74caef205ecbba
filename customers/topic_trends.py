"""How much is written about each topic: one period beside the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q

from customers.models import Review, Ticket, Topic
from customers.periods import Period
from customers.significance import share_rose

SURE = 0.05
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Dated:
    """When rows of a kind were written, and how they sound: columns of Ticket or Review."""

    model: Any
    at: str
    score: str

    def between(self, start: datetime, end: datetime) -> Q:
        """Rows written from `start` on and before `end`."""
        return Q(**{f"{self.at}__gte": start, f"{self.at}__lt": end})


DATED = {
    Topic.Kind.TICKET.value: Dated(Ticket, "opened_at", "sentiment_score"),
    Topic.Kind.REVIEW.value: Dated(Review, "written_at", "effective_score"),
}


@dataclass(frozen=True, slots=True)
class TopicTrend:
    """What was written about a topic: rows of the period and of the one before, and of all
    rows in each. `score` is the mean sentiment in the period, -1 to 1; `p` how likely chance
    alone changes the share so much.
    """

    topic: Topic
    n: int
    former: int
    of_all: int
    of_former: int
    score: float | None
    p: float
    examples: list[Any] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of all rows of the period."""
        return self.n / max(self.of_all, 1)

    @property
    def former_share(self) -> float:
        """Of all rows of the period before."""
        return self.former / max(self.of_former, 1)

    @property
    def grows(self) -> bool:
        """Whether its share rose."""
        return self.share > self.former_share

    @property
    def is_sure(self) -> bool:
        """Whether the change is more than chance."""
        return self.p <= SURE

    @property
    def growth(self) -> float | None:
        """The change of its share, 0.5 for half as much again; None without a past."""
        return self.share / self.former_share - 1 if self.former else None


def topic_trends(kind: str, user: Any, now: Period, before: Period) -> list[TopicTrend]:
    """All standing topics of a kind, the most written about in the period first."""
    shown = Topic.objects.visible_to(user).shown().filter(kind=kind)
    topics = {topic.pk: topic for topic in shown}
    counted = _counted(kind, user, now, before)
    of_all = sum(row["n"] for row in counted)
    of_former = sum(row["former"] for row in counted)
    by_topic = {row["topic"]: row for row in counted}
    nothing = {"n": 0, "former": 0, "score": None}
    trends = [
        _trend(topic, by_topic.get(pk, nothing), of_all, of_former) for pk, topic in topics.items()
    ]
    return sorted(trends, key=lambda one: (-one.n, -one.former, one.topic.pk))


def with_examples(trends: Sequence[TopicTrend], user: Any) -> list[TopicTrend]:
    """The same, each with the rows that stand nearest to its middle; by one query."""
    if not trends:
        return []
    dated = DATED[trends[0].topic.kind]
    wanted = {pk for one in trends for pk in one.topic.example_pks[:EXAMPLES]}
    rows = dated.model.objects.visible_to(user)
    if dated.model is Ticket:
        rows = rows.select_related("customer").defer("search", "customer__search")
    else:
        rows = rows.select_related("product").defer("product__search")
    found = rows.in_bulk(wanted)
    for one in trends:
        one.examples.extend(found[pk] for pk in one.topic.example_pks[:EXAMPLES] if pk in found)
    return list(trends)


def _counted(kind: str, user: Any, now: Period, before: Period) -> list[dict[str, Any]]:
    dated = DATED[kind]
    inside, former = dated.between(now.start, now.end), dated.between(before.start, before.end)
    rows = dated.model.objects.visible_to(user).filter(inside | former)
    return list(
        rows.order_by()
        .values("topic")
        .annotate(
            n=Count("pk", filter=inside),
            former=Count("pk", filter=former),
            score=Avg(dated.score, filter=inside),
        )
    )


def _trend(topic: Topic, row: dict[str, Any], of_all: int, of_former: int) -> TopicTrend:
    n, former = row["n"], row["former"]
    if n * of_former >= former * of_all:
        p = share_rose(n, of_all, former, of_former)
    else:  # a fall is a rise of the former share
        p = share_rose(former, of_former, n, of_all)
    return TopicTrend(topic, n, former, of_all, of_former, row["score"], p)
