"""Whether a moment lies in the shop's business hours, as a condition of the database."""

from __future__ import annotations

from datetime import time
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q, TimeField
from django.db.models.functions import ExtractIsoWeekDay, TruncDate, TruncTime
from django.db.models.lookups import Exact, GreaterThanOrEqual, In, LessThan

from customers.models import BusinessHours
from customers.sla.hours import DAY_MINUTES


def shop_hours() -> BusinessHours | None:
    """The hours of the shop: those that were made first."""
    return BusinessHours.objects.prefetch_related("holidays").order_by("pk").first()


def within_hours(column: str) -> Q:
    """Rows whose moment lies in the shop's hours; all rows where the shop has none."""
    hours = shop_hours()
    if hours is None:
        return Q(pk__isnull=False)
    calendar = hours.calendar
    day = ExtractIsoWeekDay(column, tzinfo=calendar.zone)
    spans = [
        Q(Exact(day, number)) & _between(column, first, last, calendar.zone)
        for number, of_day in enumerate(calendar.week, start=1)
        for first, last in of_day
    ]
    open_ = reduce(or_, spans, Q(pk__in=[]))
    if not calendar.holidays:
        return open_
    closed = In(TruncDate(column, tzinfo=calendar.zone), sorted(calendar.holidays))
    return open_ & ~Q(closed)


def _between(column: str, first: int, last: int, zone: ZoneInfo) -> Q:
    at = TruncTime(column, tzinfo=zone, output_field=TimeField())
    since = Q(GreaterThanOrEqual(at, time(first // 60, first % 60)))
    return since if last == DAY_MINUTES else since & Q(LessThan(at, time(last // 60, last % 60)))
