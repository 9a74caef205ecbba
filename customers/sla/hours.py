"""Counting time by business hours. Pure: times in, times out.

Hours are local times of a time zone; how long they last is counted in real time. On the day
that clocks go forward a night shift is an hour shorter, and in autumn an hour longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
MOST_DAYS = 366 * 5  # beyond it nothing is ever due
HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")

Spans = tuple[tuple[int, int], ...]  # minutes from midnight


class NeverOpen(ValueError):
    """So much working time does not come within five years."""


def parsed_day(text: str) -> Spans:
    """The hours in a text such as "09:00-12:30, 13:30-17:00", in order, those that touch or
    overlap joined. Raises ValueError, with the part that is none.
    """
    spans = [_span(part) for part in text.replace("，", ",").split(",") if part.strip()]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _span(text: str) -> tuple[int, int]:
    found = HOURS.fullmatch(text.strip())
    if found is None:
        raise ValueError(text.strip())
    hour, minute, last_hour, last_minute = map(int, found.groups())
    start, end = hour * 60 + minute, last_hour * 60 + last_minute
    if minute > 59 or last_minute > 59 or not start < end <= DAY_MINUTES:
        raise ValueError(text.strip())
    return start, end


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time: for each day of the week, from Monday on, spans of minutes from midnight
    of the zone; none on the `holidays`.
    """

    zone: ZoneInfo
    week: tuple[Spans, ...]
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(
        cls, zone: str, week: Sequence[str], holidays: frozenset[date] = frozenset()
    ) -> Calendar:
        """The calendar of a week in texts; see `parsed_day`."""
        return cls(ZoneInfo(zone), tuple(parsed_day(day) for day in week), holidays)

    @classmethod
    def always(cls) -> Calendar:
        """Every minute counts."""
        return cls(ZoneInfo("UTC"), (((0, DAY_MINUTES),),) * 7)

    def add(self, start: datetime, minutes: float) -> datetime:
        """The moment at which so many working minutes have gone by since `start`. None to wait
        for: `start` itself, even outside of hours. Raises NeverOpen.
        """
        left = timedelta(minutes=minutes)
        if left <= timedelta():
            return start
        for opens, closes in self._open_from(start):
            begins = max(opens, start.astimezone(UTC))
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        raise NeverOpen(f"{minutes} minutes")

    def minutes_between(self, start: datetime, end: datetime) -> float:
        """How many working minutes lie between two moments; 0 where the end is the earlier."""
        first, last = start.astimezone(UTC), end.astimezone(UTC)
        total = timedelta()
        for opens, closes in self._open_from(start):
            if opens >= last:
                break
            total += max(timedelta(), min(closes, last) - max(opens, first))
        return total / timedelta(minutes=1)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this moment."""
        moment = at.astimezone(UTC)
        opens, _closes = next(self._open_from(at), (None, None))
        return opens is not None and opens <= moment

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans that end after `start`, in order and in UTC."""
        moment = start.astimezone(UTC)
        day = start.astimezone(self.zone).date()
        for _count in range(MOST_DAYS):
            if day not in self.holidays:
                for first, last in self.week[day.weekday()]:
                    opens, closes = self._at(day, first), self._at(day, last)
                    if closes > moment and opens < closes:
                        yield opens, closes
            day += DAY

    def _at(self, day: date, minute: int) -> datetime:
        """The moment of a local time, in UTC; times that clocks jump over lie after the jump."""
        if minute == DAY_MINUTES:
            day, minute = day + DAY, 0
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return local.astimezone(UTC)
