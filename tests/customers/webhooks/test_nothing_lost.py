"""Every event arrives though both ends fail (guarantee 29, small; tests/faults has it big)."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import DomainEvent, Product, WebhookDelivery, WebhookEndpoint
from customers.webhooks import sending
from customers.webhooks.sending import Sender, claim, post
from tests.customers.webhooks.test_sending import broken_off, led_elsewhere
from tests.factories import ProductFactory, WebhookEndpointFactory
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EVENTS = 120
FAULTS = [lambda *_: 500, broken_off, led_elsewhere]


def make_all_due():
    """Time goes by: claims end, gaps and rests too."""
    past = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.pending().update(due_at=past)
    WebhookEndpoint.objects.exclude(probe_at=None).update(probe_at=past)


def die_amid(endpoint):
    """What a sender leaves that is killed: one request that arrived and was not noted, and one
    that did not leave.
    """
    claimed = claim(endpoint, 2, timezone.now())
    for delivery in claimed[:1]:
        post(delivery)


def storm(settings):
    """Send events to a receiver that fails in three of ten calls, by senders that die; the ids
    of all events, and those that the receiver took.
    """
    settings.WEBHOOK_TIMEOUT_SECONDS, settings.WEBHOOK_POLL_SECONDS = 2.0, 0.01
    dice = random.Random(7)

    def behave(handler, body):
        return dice.choice(FAULTS)(handler, body) if dice.random() < 0.3 else 200

    with Receiver(behave) as receiver:
        endpoint = WebhookEndpointFactory(
            address=receiver.url, on_own_network=True, event_types=["product.created"]
        )
        Product.objects.bulk_create(ProductFactory.build_batch(EVENTS))
        for turn in range(60):
            if turn < 5:
                die_amid(endpoint)
            Sender().drain()
            make_all_due()
            if not WebhookDelivery.objects.pending().exists():
                break
    events = {str(one) for one in DomainEvent.objects.values_list("uuid", flat=True)}
    return events, receiver


def test_no_event_is_lost_and_few_come_twice(settings, figure):
    events, receiver = storm(settings)
    taken = Counter(receiver.ids)
    twice = sum(taken.values()) - len(taken)
    lost = events - set(taken)
    figure(f" {len(events)} events, {len(receiver.calls)} calls: {len(lost)} lost, {twice} twice")
    assert len(events) == EVENTS
    assert lost == set()
    assert twice <= 5  # one for each sender that died between the answer and its note
    assert WebhookDelivery.objects.pending().count() == 0


def test_with_the_row_done_before_the_answer_events_would_be_lost(settings, monkeypatch):
    """The control: a sender that notes a delivery when it claims it."""

    def careless(endpoint, most, now):
        rows = claim(endpoint, most, now)
        WebhookDelivery.objects.filter(pk__in=[one.pk for one in rows]).update(status="delivered")
        return rows

    monkeypatch.setattr(sending, "claim", careless)
    events, receiver = storm(settings)
    assert len(events - set(receiver.ids)) >= 1
