"""How long the log of webhooks is kept."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from customers.models import DomainEvent, WebhookDelivery

CHUNK = 5_000


def forget_old(most_chunks: int = 100) -> int:
    """Delete deliveries that ended long ago, then events that nobody waits for; how many
    deliveries.
    """
    before = timezone.now() - timedelta(days=settings.WEBHOOK_KEPT_DAYS)
    ended = WebhookDelivery.objects.exclude(status=WebhookDelivery.Status.PENDING)
    old, forgotten = ended.filter(tried_at__lt=before), 0
    for _turn in range(most_chunks):
        pks = list(old.values_list("pk", flat=True)[:CHUNK])
        if not pks:
            break
        forgotten += WebhookDelivery.objects.filter(pk__in=pks).delete()[0]
    without = DomainEvent.objects.filter(happened_at__lt=before, deliveries=None)
    for _turn in range(most_chunks):
        pks = list(without.order_by("happened_at").values_list("pk", flat=True)[:CHUNK])
        if not DomainEvent.objects.filter(pk__in=pks).delete()[0]:
            break
    return forgotten
