"""Plots of the desk: volume, first reply, solution, backlog, satisfaction, and all of it by
team, agent, channel, intent or topic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from customers.insight import rows as behind
from customers.insight.buckets import Grain, buckets_of, grain_of
from customers.insight.scope import until_today
from customers.insight.units import Unit, shown
from customers.models import Intent, Team, Ticket, Topic, User
from customers.periods import Period
from customers.plots.asked import Asked
from customers.plots.over_time import (
    CATEGORY,
    WHOLE,
    bars,
    drawn,
    lines,
    spans,
    x_axis,
    y_axis,
)
from customers.plots.specs import ACCENT, BAD, GOOD, Plot
from customers.reports.sums import (
    KEYS,
    REPLIED,
    SOLVED,
    Rated,
    Times,
    rated_by,
    rated_of,
    standing_before,
    times_by,
    times_of,
    volume_by_day,
    volume_of,
)

HOUR = 60
MOST_BARS = 12
ROW_HEIGHT = 26
NOBODY = "none"


def volume(asked: Asked) -> Plot:
    """How many tickets came in each part of the period, and how many were solved."""
    period, grain, buckets = _parts(asked)
    opened, solved = volume_by_day(period), volume_by_day(period, SOLVED)
    rows = []
    for span, bucket in zip(spans(buckets, grain), buckets, strict=True):
        came, went = _within(opened, bucket), _within(solved, bucket)
        say = _("%(when)s: %(came)s came, %(went)s solved") % {
            "when": span["when"], "came": came, "went": went,
        }  # fmt: skip
        rows.append({
            **span, "tickets": came, "solved": went, "url": behind.tickets(bucket), "_say": say,
        })  # fmt: skip
    x = x_axis(buckets, grain)
    solved_line = lines(y_axis("solved", _("tickets")), x, BAD)[:1]
    total = {"came": sum(opened.values()), "went": sum(solved.values())}
    return drawn(
        rows if any(total.values()) else [],
        _("Tickets that came in and were solved"),
        summary=_("%(came)s tickets came in and %(went)s were solved (the line).") % total,
        columns={"when": _("When"), "tickets": _("tickets"), "solved": _("solved")},
        layer=[bars(y_axis("tickets", _("tickets")), x, ACCENT), *solved_line],
        **WHOLE,
    )


def first_reply(asked: Asked) -> Plot:
    """How long customers waited for the first reply."""
    return _times(asked, REPLIED, _("Hours to the first reply"), behind.first_replies)


def resolution(asked: Asked) -> Plot:
    """How long it took until tickets were solved."""
    return _times(asked, SOLVED, _("Hours to the solution"), behind.solved)


def _times(asked: Asked, at: str, title: str, listed: Callable[..., str]) -> Plot:
    period, grain, buckets = _parts(asked)
    found = times_by(period, at, grain)
    names = {"median": _("median"), "p90": _("nine of ten")}
    rows = []
    for span, bucket in zip(spans(buckets, grain), buckets, strict=True):
        times = found.get(_first_day(bucket, grain), Times())
        for kind, name in names.items():
            if (minutes := getattr(times, kind)) is not None:
                rows.append(_time_row(span, name, minutes, times.count, listed(bucket)))
    whole = times_of(period, at).get(True, Times())
    summary = ""
    if whole.count:
        summary = _("Of %(n)s tickets half took at most %(median)s and nine of ten %(p90)s.") % {
            "n": shown(whole.count, Unit.COUNT),
            "median": shown(whole.median, Unit.MINUTES),
            "p90": shown(whole.p90, Unit.MINUTES),
        }
    colour = {
        "field": "share",
        "type": "nominal",
        "scale": {"domain": list(names.values()), "range": [ACCENT, BAD]},
        "legend": {"title": None, "orient": "top"},
    }
    return drawn(
        rows,
        title,
        summary=summary,
        columns={
            "when": _("When"), "share": _("Of the tickets"), "hours": _("working hours"),
            "n": _("tickets"),
        },
        layer=lines(y_axis("hours", _("working hours")), x_axis(buckets, grain), colour),
    )  # fmt: skip


def _time_row(span: Any, name: str, minutes: float, count: int, url: str) -> dict[str, Any]:
    say = f"{span['when']}, {name}: {shown(minutes, Unit.MINUTES)} ({shown(count, Unit.COUNT)})"
    hours = round(minutes / HOUR, 2)
    return {**span, "share": name, "hours": hours, "n": count, "url": url, "_say": say}


def backlog(asked: Asked) -> Plot:
    """How many tickets were open at the end of each part of the period."""
    period, grain, buckets = _parts(asked)
    opened, solved = volume_by_day(period), volume_by_day(period, SOLVED)
    standing, rows = standing_before(period), []
    for span, bucket in zip(spans(buckets, grain), buckets, strict=True):
        standing += _within(opened, bucket) - _within(solved, bucket)
        rows.append({
            **span,
            "open": standing,
            "url": behind.address("tickets", standing_on=bucket.last.isoformat()),
            "_say": f"{span['when']}: {shown(standing, Unit.COUNT)}",
        })  # fmt: skip
    said = {"n": shown(standing, Unit.COUNT)}
    return drawn(
        rows if any(row["open"] for row in rows) else [],
        _("Open tickets over time"),
        summary=_("At the end %(n)s tickets were open.") % said,
        columns={"when": _("When"), "open": _("open tickets")},
        layer=lines(y_axis("open", _("open tickets")), x_axis(buckets, grain)),
    )


def satisfaction(asked: Asked) -> Plot:
    """The share of satisfied customers among those who rated."""
    period, grain, buckets = _parts(asked)
    found = rated_by(period, grain)
    rows = []
    for span, bucket in zip(spans(buckets, grain), buckets, strict=True):
        rated = found.get(_first_day(bucket, grain), Rated())
        if rated.share is not None:
            say = f"{span['when']}: {shown(rated.share, Unit.SHARE)} ({rated.count})"
            rows.append({
                **span, "satisfied": round(rated.share, 3), "n": rated.count,
                "score": round(rated.mean or 0, 2), "url": behind.rated(bucket), "_say": say,
            })  # fmt: skip
    whole = rated_of(period).get(True, Rated())
    summary = ""
    if whole.count:
        summary = _("%(share)s of %(n)s customers who rated were satisfied.") % {
            "share": shown(whole.share, Unit.SHARE),
            "n": shown(whole.count, Unit.COUNT),
        }
    y = y_axis("satisfied", _("satisfied"), "%") | {"scale": {"domain": [0, 1]}}
    return drawn(
        rows,
        _("Satisfied customers"),
        summary=summary,
        columns={
            "when": _("When"), "satisfied": _("satisfied"), "score": _("mean rating"),
            "n": _("ratings"),
        },
        layer=lines(y, x_axis(buckets, grain), GOOD),
    )  # fmt: skip


# by something ------------------------------------------------------------------------


def breakdown(asked: Asked) -> Plot:
    """Tickets by team, agent, channel, intent or topic (`by`), with their times and ratings."""
    period, _grain, _buckets = _parts(asked)
    key = asked.parameters.get("by", "")
    key = key if key in KEYS else "team"
    counts = volume_of(period, key=key)
    names = _names(key, counts)
    replies, solved = times_of(period, REPLIED, key), times_of(period, SOLVED, key)
    rated = rated_of(period, key)
    ranked = sorted(counts, key=lambda value: (-counts[value], str(value)))[:MOST_BARS]
    rows = [
        _broken_down(
            names.get(value) or _unnamed(key),
            counts[value],
            replies.get(value, Times()),
            solved.get(value, Times()),
            rated.get(value, Rated()),
            _rows_of(period, key, value),
        )
        for value in ranked
    ]
    for place, row in enumerate(rows):
        row["_order"] = place
    return drawn(
        rows,
        _("Tickets by %(what)s") % {"what": breakdown_names()[key]},
        summary=_most(rows),
        columns={
            "name": breakdown_names()[key],
            "tickets": _("tickets"),
            "reply_hours": _("hours to the first reply (median)"),
            "solve_hours": _("hours to the solution (median)"),
            "satisfied": _("satisfied (%)"),
            "n": _("ratings"),
        },
        mark={"type": "bar", "cornerRadiusEnd": 2, "cursor": "pointer", "color": CATEGORY[0]},
        encoding={
            "y": {
                "field": "name", "type": "nominal", "title": None,
                "sort": {"field": "_order"}, "axis": {"labelLimit": 170},
            },
            "x": y_axis("tickets", _("tickets")),
            "href": {"field": "url"},
            "description": {"field": "_say"},
        },
        width=WHOLE["width"],
        height=ROW_HEIGHT * max(3, len(rows)) + 40,
    )  # fmt: skip


def breakdown_names() -> dict[str, str]:
    """What tickets can be told apart by, in the active language."""
    return {
        "team": _("team"),
        "agent": _("agent"),
        "channel": _("channel"),
        "intent": _("intent"),
        "topic": _("topic"),
    }


def _broken_down(
    name: str, count: int, reply: Times, solve: Times, rated: Rated, url: str
) -> dict[str, Any]:
    satisfied = None if rated.share is None else round(100 * rated.share)
    return {
        "name": name,
        "tickets": count,
        "reply_hours": _hours(reply.median),
        "solve_hours": _hours(solve.median),
        "satisfied": satisfied,
        "n": rated.count,
        "url": url,
        "_say": f"{name}: {shown(count, Unit.COUNT)}",
    }


def _hours(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes / HOUR, 2)


def _most(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    said = {"name": rows[0]["name"], "n": shown(rows[0]["tickets"], Unit.COUNT)}
    return _("Most tickets, %(n)s, are of: %(name)s.") % said


def _names(key: str, values: Any) -> Mapping[Any, str]:
    keys = [value for value in values if value is not None]
    if key == "channel":
        return {value: str(Ticket.Channel(value).label) for value in keys}
    model: Any = {"team": Team, "agent": User, "intent": Intent, "topic": Topic}[key]
    found = model.objects.in_bulk(keys)
    if key == "agent":
        return {pk: user.get_full_name() or user.username for pk, user in found.items()}
    return {pk: str(row) for pk, row in found.items()}


def _unnamed(key: str) -> str:
    return _("nobody") if key == "agent" else _("none")


def _rows_of(period: Period, key: str, value: Any) -> str:
    name = {"agent": "assignee"}.get(key, key)
    if value is None:
        return (
            behind.tickets(period) if key == "topic" else behind.tickets(period, **{name: NOBODY})
        )
    return behind.tickets(period, **{name: value})


def _parts(asked: Asked) -> tuple[Period, Grain, list[Period]]:
    period = until_today(asked.period)
    grain = grain_of(period)
    return period, grain, buckets_of(period, grain)


def _within(days: Mapping[date, int], bucket: Period) -> int:
    return sum(n for day, n in days.items() if bucket.first <= day <= bucket.last)


def _first_day(bucket: Period, grain: Grain) -> date:
    """The day that the database calls a part by, also where the period cuts it."""
    if grain is Grain.WEEK:
        return bucket.first.fromordinal(bucket.first.toordinal() - bucket.first.weekday())
    return bucket.first.replace(day=1) if grain is Grain.MONTH else bucket.first


PLOTS: Mapping[str, Callable[[Asked], Plot]] = {
    "desk-volume": volume,
    "desk-first-reply": first_reply,
    "desk-resolution": resolution,
    "desk-backlog": backlog,
    "desk-satisfaction": satisfaction,
    "desk-by": breakdown,
}
