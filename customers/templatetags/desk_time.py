"""Lengths of time on the desk: what is left, and how long something took."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from customers.models import TicketSla
from customers.models.business_hours import WEEKDAYS

register = template.Library()

HOUR, DAY = 60, 24 * 60


@register.filter
def minutes(count: float | None) -> str:
    """A length in minutes as people read it: 45 min, 1.5 h, 3 d; a dash for none."""
    if count is None:
        return "–"
    if count < HOUR:
        return _("%(n)s min") % {"n": number_format(round(count), 0)}
    if count < 2 * DAY:
        return _("%(n)s h") % {"n": _short(count / HOUR)}
    return _("%(n)s d") % {"n": _short(count / DAY)}


@register.filter
def time_left(sla: TicketSla, now: datetime | None = None) -> str:
    """How long until, or since, what is due next."""
    if sla.next_due_at is None:
        return ""
    left = (sla.next_due_at - (now or timezone.now())).total_seconds() / 60
    return minutes(abs(left))


@register.filter
def days_of_week(hours: Any) -> list[tuple[Any, str]]:
    """The name of each day of business hours with its hours."""
    return list(zip(WEEKDAYS, hours.week, strict=False))


def _short(value: float) -> str:
    rounded = round(value, 1) if value < 10 else round(value)
    return number_format(rounded, 0 if rounded == int(rounded) else 1)
