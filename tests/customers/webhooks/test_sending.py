"""How deliveries go out, fail, are tried again, rest and are replayed."""

import json
import socket
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from customers.models import DomainEvent, WebhookDelivery, WebhookEndpoint
from customers.models.webhook import MOST_FAILURES, PROBE_SECONDS
from customers.webhooks import sending
from customers.webhooks.schedule import GAPS, MOST_ATTEMPTS, gap_after
from customers.webhooks.sending import Sender, claim
from customers.webhooks.signing import secret_of
from tests.factories import (
    DomainEventFactory,
    OrderFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def quick(settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.5
    settings.WEBHOOK_POLL_SECONDS = 0.01


def endpoint_at(receiver, **named):
    return WebhookEndpointFactory(address=receiver.url, on_own_network=True, **named)


def queued(endpoint, n=1):
    return [WebhookDeliveryFactory(endpoint=endpoint) for _ in range(n)]


def make_due():
    """Time goes by until everything is due again."""
    past = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.pending().update(due_at=past)
    WebhookEndpoint.objects.exclude(probe_at=None).update(probe_at=past)


def test_a_change_of_a_record_arrives_signed_and_without_its_values():
    with Receiver() as receiver:
        endpoint = endpoint_at(receiver, event_types=["order.updated"])
        order = OrderFactory(status="open", source="shop", external_id="#1")
        DomainEvent.objects.all().delete()
        order.status = "completed"
        order.save()
        assert Sender().drain() == 1
    headers, body, _path = receiver.taken[0]
    Webhook(secret_of(endpoint)).verify(body, headers)
    event = DomainEvent.objects.get()
    assert headers["webhook-id"] == str(event.uuid)
    assert json.loads(body) == {
        "type": "order.updated",
        "timestamp": event.happened_at.isoformat(),
        "data": {"kind": "order", "id": order.pk, "source": "shop", "external_id": "#1",
                 "changed": ["status"]},
    }  # fmt: skip
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.answer_status, delivery.answer) == ("delivered", 200, "ok")


def broken_off(handler, _body):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


def led_elsewhere(handler, _body):
    handler.answer(301, Location="http://127.0.0.1:1/")


def hung(_handler, _body):
    time.sleep(1)


@pytest.mark.parametrize("fault", [lambda *_: 500, broken_off, led_elsewhere, hung, lambda *_: 404])
def test_what_fails_is_tried_again_with_the_same_id(fault):
    with Receiver() as receiver:
        first = receiver.behave
        receiver.behave = fault
        delivery = queued(endpoint_at(receiver, is_active=True))[0]
        assert Sender().drain() == 0
        delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts) == ("pending", 1)
        assert delivery.error
        assert delivery.due_at > timezone.now()
        receiver.behave = first
        make_due()
        assert Sender().drain() == 1
    assert len({headers["webhook-id"] for headers, *_ in receiver.calls}) == 1
    assert len({body for _headers, body, _path in receiver.calls}) == 1


def test_attempts_span_more_than_three_days_and_then_end():
    gaps = [gap_after(n).total_seconds() for n in range(1, MOST_ATTEMPTS)]
    assert sum(gaps) >= 72 * 3600
    assert gaps == sorted(gaps)
    assert all(base <= gap <= base * 1.1 for base, gap in zip(GAPS, gaps, strict=True))
    assert gap_after(MOST_ATTEMPTS) is None
    assert gap_after(1, at_least_s=600).total_seconds() == 600


def test_what_never_arrives_is_given_up_and_a_replay_brings_it():
    with Receiver(lambda *_: 500) as receiver:
        delivery = queued(endpoint_at(receiver))[0]
        for _turn in range(MOST_ATTEMPTS):
            make_due()
            Sender().drain()
        delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts) == ("failed", MOST_ATTEMPTS)
        receiver.behave = lambda *_: 204
        assert WebhookDelivery.objects.failed().replay() == 1
        make_due()
        assert Sender().drain() == 1
    assert receiver.ids == [str(delivery.event.uuid)]


def test_the_breaker_opens_probes_rests_longer_and_closes():
    with Receiver(lambda *_: 503) as receiver:
        endpoint = endpoint_at(receiver)
        queued(endpoint, 20)
        Sender().drain()
        endpoint.refresh_from_db()
        assert endpoint.is_resting
        tried = len(receiver.calls)
        assert MOST_FAILURES <= tried < MOST_FAILURES + 4
        for turn in (1, 2):
            make_due()
            Sender().drain()
            endpoint.refresh_from_db()
            assert len(receiver.calls) == tried + turn  # one probe, however much waits
            rest = (endpoint.probe_at - timezone.now()).total_seconds()
            assert PROBE_SECONDS[turn] - 5 < rest <= PROBE_SECONDS[turn]
        receiver.behave = lambda *_: 200
        make_due()
        assert Sender().drain() == 20
        endpoint.refresh_from_db()
        assert (endpoint.is_resting, endpoint.failures_in_row, endpoint.last_error) == (
            False,
            0,
            "",
        )


def test_a_receiver_that_is_gone_for_good_hears_no_more():
    with Receiver(lambda *_: 410) as receiver:
        endpoint = endpoint_at(receiver)
        queued(endpoint)
        Sender().drain()
    endpoint.refresh_from_db()
    assert not endpoint.is_active


def test_what_a_dead_sender_had_claimed_is_due_again_when_its_claim_ends():
    endpoint = WebhookEndpointFactory()
    delivery = queued(endpoint)[0]
    now = timezone.now()
    assert [one.pk for one in claim(endpoint, 5, now)] == [delivery.pk]
    assert claim(endpoint, 5, now) == []
    later = now + timedelta(seconds=sending.LEASE_MARGIN_S + 1)
    assert [one.pk for one in claim(endpoint, 5, later)] == [delivery.pk]


def test_a_sender_that_was_too_slow_changes_nothing_that_another_did():
    endpoint = WebhookEndpointFactory()
    queued(endpoint)
    now = timezone.now()
    slow = claim(endpoint, 1, now)[0]
    other = claim(endpoint, 1, now + timedelta(minutes=5))[0]
    sending.settle(sending.Attempt(other, sending.Answer(200, {}, b"")))
    sending.settle(sending.Attempt(slow, error="slow"))
    slow.refresh_from_db()
    assert (slow.status, slow.error) == ("delivered", "")


def test_a_hanging_receiver_and_a_payload_that_cannot_be_made_delay_nobody(monkeypatch, figure):
    """Guarantee 30: ten endpoints, one hangs, one gets a payload that breaks the sender."""
    made = sending.body_of
    poison = DomainEventFactory(type="poison")

    def broken(event):
        if event.type == "poison":
            raise RuntimeError("cannot be made")
        return made(event)

    monkeypatch.setattr(sending, "body_of", broken)
    with Receiver(lambda *_: time.sleep(30)) as dead, Receiver() as well:
        hanging = endpoint_at(dead)
        queued(hanging, 30)
        poisoned = endpoint_at(well)
        bad = WebhookDeliveryFactory(endpoint=poisoned, event=poison)
        others = [endpoint_at(well) for _ in range(8)]
        for endpoint in others:
            queued(endpoint, 10)
        started = time.monotonic()
        rows = WebhookDelivery.objects.filter(endpoint__in=others)

        def is_over():
            took = time.monotonic() - started
            return took > 40 or (took > 4 and not rows.filter(delivered_at=None).exists())

        Sender().run(until=is_over)
        delays = sorted((one.delivered_at - one.event.happened_at).total_seconds()
                        for one in rows.select_related("event"))  # fmt: skip
    p95 = delays[int(0.95 * len(delays))]
    figure(f" p95 of the other eight {p95:.2f} s")
    assert len(delays) == 80
    assert p95 <= 5
    bad.refresh_from_db()
    assert (bad.status, bad.error) == ("pending", "RuntimeError: cannot be made")
    hanging.refresh_from_db()
    assert hanging.is_resting
    assert (hanging.opened_at - bad.event.happened_at).total_seconds() <= 60
