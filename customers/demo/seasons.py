"""When people buy and write: the rhythm of the year, of the day and of an office."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

YEAR = {
    1: 0.75, 2: 0.75, 3: 0.95, 4: 1.1, 5: 1.1, 6: 0.95,
    7: 0.8, 8: 0.8, 9: 0.95, 10: 1.15, 11: 1.8, 12: 2.1,
}  # fmt: skip
SEASONS = {
    "spring": {2: 1.5, 3: 2.6, 4: 3.0, 5: 2.4, 6: 1.2, 11: 0.4, 12: 0.35, 1: 0.5},
    "summer": {4: 1.3, 5: 1.9, 6: 2.3, 7: 2.3, 8: 1.8, 11: 0.7, 1: 0.5, 2: 0.5},
    "autumn": {9: 1.6, 10: 2.0, 11: 1.8, 12: 1.4, 6: 0.6, 7: 0.6},
    "christmas": {11: 2.2, 12: 2.8, 10: 1.2},
}
OFFICE_FROM, OFFICE_UNTIL = 9, 17
OFFICE_DAY = timedelta(hours=OFFICE_UNTIL - OFFICE_FROM)
EARLIEST_HOUR = 7
FRIDAY = 4
HOURS = (1, 0, 0, 0, 0, 1, 2, 5, 7, 8, 8, 7, 9, 8, 6, 6, 6, 7, 9, 12, 14, 12, 8, 3)


def demand(season: str, month: int) -> float:
    """How much more than usual something with this season sells in this month."""
    return SEASONS.get(season, {}).get(month, 1.0)


def before(anchor: date, days: int) -> date:
    """The day that lies `days` before the anchor."""
    return anchor - timedelta(days=days)


def moment(rng: Random, day: date) -> datetime:
    """A time on that day, mostly at lunch or in the evening."""
    hour = rng.choices(range(24), HOURS)[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), tzinfo=UTC)


def awake(rng: Random, after: datetime, hours: tuple[float, float]) -> datetime:
    """A time so many hours later, moved to the morning where people would sleep."""
    at = after + timedelta(hours=rng.uniform(*hours))
    if at.hour >= EARLIEST_HOUR:
        return at
    return at.replace(hour=EARLIEST_HOUR + rng.randrange(3), minute=rng.randrange(60))


def office_time(rng: Random, after: datetime) -> datetime:
    """A time after this one at which the shop answers: on a weekday from nine to five."""
    day = office_day(after if after.hour < OFFICE_UNTIL - 1 else after + timedelta(days=1))
    opens = day.replace(hour=OFFICE_FROM, minute=0, second=0, microsecond=0)
    start = max(after + timedelta(minutes=8), opens)
    return start + rng.random() * (opens + OFFICE_DAY - start)


def office_day(at: datetime) -> datetime:
    """This day, or the Monday after it where it falls on a weekend."""
    return at + timedelta(days=max(0, 7 - at.weekday()) if at.weekday() > FRIDAY else 0)


def midnight(anchor: date) -> datetime:
    """The first moment of the anchor day; everything in the shop lies before it."""
    return datetime.combine(anchor, time(), tzinfo=UTC)


def paced_days(
    rng: Random, count: int, days: Sequence[int], weight: Callable[[int], float]
) -> list[int]:
    """`count` of these days, at a steady pace in a time that runs by `weight`.

    The first day is always one of them: it is when the customer came.
    """
    running = list(accumulate(weight(day) for day in days))
    steps = [(k + rng.uniform(-0.3, 0.2)) / (count - 0.8) for k in range(1, count)]
    places = [bisect(running, step * running[-1]) for step in steps]
    return [days[0], *(days[min(max(place, 0), len(days) - 1)] for place in places)]
