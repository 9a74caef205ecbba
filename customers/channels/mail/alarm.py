"""The alarm that mail no longer goes out, for as long as it does not."""

from __future__ import annotations

from customers.alarms import mail_stopped
from customers.models import Alarm
from customers.periods import shop_now


def raise_alarm() -> None:
    """Raise it now, not at the next round of the rules."""
    at = shop_now()
    Alarm.objects.raise_found(Alarm.Kind.MAIL_STOPPED, mail_stopped.find(at), at)
