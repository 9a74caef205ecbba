"""All rules, run one after another over the shop as it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from customers.alarms import (
    angry,
    aspects,
    backups,
    churn,
    mail_stopped,
    product_sentiment,
    returns,
    topics,
)
from customers.locks import held
from customers.models import Alarm
from customers.models.alarm import Finding
from customers.periods import shop_now

ALARM_LOCK = 7_310_012
RULES: Mapping[str, Callable[[datetime], Iterator[Finding]]] = {
    Alarm.Kind.PRODUCT_SENTIMENT: product_sentiment.find,
    Alarm.Kind.ASPECT: aspects.find,
    Alarm.Kind.RETURNS: returns.find,
    Alarm.Kind.ANGRY_CUSTOMER: angry.find,
    Alarm.Kind.CHURN: churn.find,
    Alarm.Kind.NEW_TOPIC: topics.find,
    Alarm.Kind.MAIL_STOPPED: mail_stopped.find,
    Alarm.Kind.BACKUP_MISSING: backups.find,
}


def raise_alarms(now: datetime | None = None) -> int:
    """Bring all alarms in line with what the rules find at `now` (None: the shop's present);
    returns how many are new. One process at a time; another one raises none.
    """
    with held(ALARM_LOCK, 0) as mine:
        if not mine:
            return 0
        at = now or shop_now()
        return sum(Alarm.objects.raise_found(kind, find(at), at) for kind, find in RULES.items())
