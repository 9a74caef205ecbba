"""A test: an event that tells of nothing, for one endpoint."""

from __future__ import annotations

from django.db import transaction

from customers.events.types import TEST
from customers.models import DomainEvent, WebhookDelivery, WebhookEndpoint


@transaction.atomic
def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """The delivery of a new test event, on its way."""
    event = DomainEvent.objects.create(type=TEST, kind="webhook", record_id=endpoint.pk)
    return WebhookDelivery.objects.create(event=event, endpoint=endpoint)
