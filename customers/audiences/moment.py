"""The moments that relative dates count from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from customers.periods import shop_now


@dataclass(frozen=True, slots=True)
class Moment:
    """`shop` is the shop's present (its last sale), `now` the time on the clock: what lies
    after it has not happened yet.
    """

    shop: datetime = field(default_factory=shop_now)
    now: datetime = field(default_factory=timezone.now)

    def days_ago(self, days: int) -> datetime:
        """So many days before the shop's present."""
        return self.shop - timedelta(days=days)

    def hours_ago(self, hours: Decimal) -> datetime:
        """So many hours before the time on the clock."""
        return self.now - timedelta(hours=float(hours))

    def days_ahead(self, days: int) -> datetime:
        """So many days after the shop's present."""
        return self.shop + timedelta(days=days)


def day_begins(day: date) -> datetime:
    """The first moment of a day in the current time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def day_ends(day: date) -> datetime:
    """The first moment after a day in the current time zone."""
    return day_begins(day + timedelta(days=1))
