"""How suggestions fare with the people who may use them: by origin, by week, and expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from customers.models import Draft

WEEKS = 26
# An expectation is told from drafts of the same origin and about the same score.
NEAR, FEWEST, LOOKED_AT = 0.1, 30, 1000


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of the drafts of one origin (or of all): how many were offered, inserted
    and sent, and the mean edit distance of those sent.
    """

    origin: str
    offered: int
    inserted: int
    sent: int
    distance: float | None
    week_on: date | None = None

    @property
    def inserted_share(self) -> float | None:
        """Inserted of offered."""
        return self.inserted / self.offered if self.offered else None

    @property
    def sent_share(self) -> float | None:
        """Sent of inserted."""
        return self.sent / self.inserted if self.inserted else None


def by_origin() -> list[Acceptance]:
    """The figures of each origin, a generator by its name, those offered most first."""
    rows: Any = Draft.objects.offered().order_by()
    rows = rows.values("origin", "generator").annotate(**_COUNTED)
    return [
        Acceptance(_named(row), row["n"], row["inserted"], row["sent"], row["distance"])
        for row in rows.order_by("-n", "origin", "generator")
    ]


def in_all() -> Acceptance:
    """The figures of all drafts."""
    found = Draft.objects.figures()
    return Acceptance("", found["offered"], found["inserted"], found["sent"], found["distance"])


def by_week() -> list[Acceptance]:
    """The figures of each origin in each of the last weeks, the earliest first."""
    since = timezone.now() - timedelta(weeks=WEEKS)
    rows: QuerySet[Any] = Draft.objects.offered().filter(offered_at__gte=since).order_by()
    rows = rows.annotate(week_at=TruncWeek("offered_at")).values("week_at", "origin", "generator")
    return [
        Acceptance(
            _named(row),
            row["n"],
            row["inserted"],
            row["sent"],
            row["distance"],
            timezone.localtime(row["week_at"]).date(),
        )
        for row in rows.annotate(**_COUNTED).order_by("week_at", "origin", "generator")
    ]


def expected(origin: str, score: float) -> float | None:
    """The share of drafts of this origin and about this score that agents inserted (with one
    more of either kind, after Laplace); None while fewer than `FEWEST` were offered.
    """
    like = Draft.objects.offered().filter(origin=origin, status__in=_SETTLED)
    like = like.filter(score__range=(score - NEAR, score + NEAR)).order_by("-offered_at")
    taken = list(like.values_list("inserted_at", flat=True)[:LOOKED_AT])
    if len(taken) < FEWEST:
        return None
    return (sum(at is not None for at in taken) + 1) / (len(taken) + 2)


def _named(row: dict[str, Any]) -> str:
    shown = str(Draft.Origin(row["origin"]).label) if row["origin"] else ""
    return f"{shown}: {row['generator']}" if row["generator"] else shown


_SETTLED = (
    *(Draft.Status.OFFERED, Draft.Status.INSERTED),
    *(Draft.Status.SENT, Draft.Status.DISMISSED),
)
_COUNTED: dict[str, Any] = {
    "n": Count("pk"),
    "inserted": Count("pk", filter=Q(inserted_at__isnull=False)),
    "sent": Count("pk", filter=Q(status=Draft.Status.SENT)),
    "distance": Avg("edit_distance"),
}
