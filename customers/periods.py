"""Periods of time that insight looks at, and the day that a shop's time has come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date

from customers.models import Order

DEFAULT_DAYS = 365
LENGTHS_DAYS = {"30d": 30, "90d": 90, "365d": 365, "730d": 730}
# Days that an address may ask for: no shop is older, and the period before one that is as
# long as all of them is still within the calendar.
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the current time zone, `first` and `last` both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The first moment of it."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1))

    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        last = self.first - timedelta(days=1)
        return Period(last - timedelta(days=self.days - 1), last)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that name it; `asked_period` reads them."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def shop_now() -> datetime:
    """The moment of the last sale, or now where it lies ahead or nothing was sold.

    What is counted back from it ("the last 90 days", recency) stays meaningful in a shop
    whose records were imported long after their time.
    """
    now = timezone.now()
    past = Order.objects.filter(placed_at__lte=now).order_by("-placed_at")
    return past.values_list("placed_at", flat=True).first() or now


def asked_period(parameters: Mapping[str, str]) -> Period:
    """The period that an address asks for by `from` and `to` (ISO dates) or `period` (a key
    of `LENGTHS_DAYS`); what cannot be read is replaced by the last 365 days of the shop.
    """
    last = _day(parameters.get("to")) or timezone.localdate(shop_now())
    length = LENGTHS_DAYS.get(parameters.get("period", ""), DEFAULT_DAYS)
    first = _day(parameters.get("from")) or last - timedelta(days=length - 1)
    return Period(min(first, last), max(first, last))


def _day(text: str | None) -> date | None:
    try:
        day = parse_date(text or "")
    except ValueError:  # well formed, and no day of any calendar
        return None
    return day if day and EARLIEST <= day <= LATEST else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
