"""A period cut into days, weeks or months, so that a plot has a few dozen marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from customers.periods import Period

MOST_DAYS, MOST_WEEK_DAYS = 45, 200
DAY = timedelta(days=1)
Row = TypeVar("Row")


class Grain(StrEnum):
    """How long the parts of a period are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def grain_of(period: Period) -> Grain:
    """Days up to 45 of them, weeks up to 200 days, months beyond."""
    if period.days <= MOST_DAYS:
        return Grain.DAY
    return Grain.WEEK if period.days <= MOST_WEEK_DAYS else Grain.MONTH


def buckets_of(period: Period, grain: Grain) -> list[Period]:
    """The days, weeks (from Monday) or calendar months of a period, in order; the first and
    the last are cut where the period begins and ends.
    """
    cut, first = [], period.first
    while first <= period.last:
        last = min(_last_of(first, grain), period.last)
        cut.append(Period(first, last))
        first = last + DAY
    return cut


def shared_out(
    rows: Iterable[Row], day_of: Callable[[Row], date], buckets: list[Period]
) -> list[list[Row]]:
    """The rows of each bucket; rows outside of all of them are left out."""
    place = {
        bucket.first + n * DAY: number
        for number, bucket in enumerate(buckets)
        for n in range(bucket.days)
    }
    parts: list[list[Row]] = [[] for _ in buckets]
    for row in rows:
        if (number := place.get(day_of(row))) is not None:
            parts[number].append(row)
    return parts


def _last_of(day: date, grain: Grain) -> date:
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day + (6 - day.weekday()) * DAY
    next_month = (day.replace(day=1) + 31 * DAY).replace(day=1)
    return next_month - DAY
