"""Until when a ticket can be put aside, in the words of a menu."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MORNING = 9  # o'clock, in the user's zone
CHOICES = (
    ("hours", _("for three hours")),
    ("tomorrow", _("until tomorrow morning")),
    ("monday", _("until Monday morning")),
    ("week", _("for a week")),
    ("wake", _("not any more")),
)


def until(choice: str, now: datetime | None = None) -> datetime | None:
    """The moment that a choice means; None for "wake"."""
    now = timezone.localtime(now)
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    moments = {
        "hours": now + timedelta(hours=3),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - now.weekday()),
        "week": now + timedelta(days=7),
    }
    return moments.get(choice)
