"""Every webhook arrives, despite both ends failing (guarantee 29)."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from customers.models import DomainEvent, Product, WebhookDelivery, WebhookEndpoint
from customers.webhooks.sending import Sender, claim, post
from tests.customers.webhooks.test_sending import broken_off, led_elsewhere
from tests.factories import ProductFactory, WebhookEndpointFactory
from tests.processes import ROOT, environment
from tests.receiver import Receiver

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

EVENTS, KILLS, DAYS_DOWN = 2_000, 10, 2
TIMEOUT_S = 1.0
KEPT = []


def hung(_handler, _body):
    time.sleep(TIMEOUT_S + 0.5)


class SenderProcess:
    """The real sender, as the product starts it."""

    def __init__(self):
        settings = {"WEBHOOK_TIMEOUT_SECONDS": str(TIMEOUT_S), "WEBHOOK_POLL_SECONDS": "0.05"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "send_webhooks"], cwd=ROOT, env=environment(**settings)
        )

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def is_dead(self):
        return self.process.poll() is not None


def time_goes_by(delta, *, sender_is_dead=False):
    """Moves what is stored into the past, as if `delta` had gone by. What a living sender holds
    just now stays.
    """
    rows = WebhookDelivery.objects.pending()
    if not sender_is_dead:
        rows = rows.filter(claimed_until_at=None)
    rows.update(due_at=F("due_at") - delta, claimed_until_at=F("claimed_until_at") - delta)
    resting = WebhookEndpoint.objects.exclude(probe_at=None)
    resting.update(probe_at=F("probe_at") - delta, opened_at=F("opened_at") - delta)


def is_quiet():
    """Whether nothing can be sent before time goes by."""
    now = timezone.now()
    open_ = WebhookEndpoint.objects.open_to(now)
    due = WebhookDelivery.objects.pending().filter(due_at__lte=now, endpoint__in=open_)
    held = WebhookDelivery.objects.pending().filter(claimed_until_at__gt=now)
    return not due.exists() and not held.exists()


def wait_until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Storm:
    """A receiver that is down, then fails in three of ten calls, and a sender that is killed."""

    def __init__(self):
        self.dice, self.is_down, self.kills_next = random.Random(29), True, False
        self.sender, self.kills = None, 0
        self.faults = [lambda *_: 500, hung, broken_off, led_elsewhere]

    def behave(self, handler, body):
        if self.is_down:
            return 503
        if self.dice.random() < 0.3:
            return self.dice.choice(self.faults)(handler, body)
        if self.kills_next:
            self.kills_next = False
            self.sender.kill()  # it took the event; the sender never hears of it
        return 200

    def be_down(self, receiver):
        """Two days go by; how many calls were made meanwhile."""
        self.sender = SenderProcess()
        wait_until(lambda: len(receiver.calls) >= 5)
        for _hour in range(DAYS_DOWN * 24):
            wait_until(is_quiet)
            time_goes_by(timedelta(hours=1))
        self.is_down = False
        return len(receiver.calls)

    def start_again(self, receiver):
        self.kills += 1
        time_goes_by(timedelta(minutes=5), sender_is_dead=True)
        before = len(receiver.calls)
        self.sender = SenderProcess()
        wait_until(lambda: len(receiver.calls) > before or is_quiet())

    def kill(self):
        """By turns at any moment, and between the receiver's taking and the sender's note."""
        if self.kills % 2:
            self.kills_next = True
            wait_until(lambda: self.sender.is_dead or is_quiet())
        else:
            self.sender.kill()

    def blow(self, receiver):
        """Until nothing is on its way any more."""
        started = time.monotonic()
        while WebhookDelivery.objects.pending().exists():
            assert time.monotonic() - started < 900
            if self.sender.is_dead:
                self.start_again(receiver)
            elif self.kills < KILLS and len(receiver.taken) >= (self.kills + 1) * EVENTS // 14:
                self.kill()
            elif is_quiet():
                time_goes_by(timedelta(minutes=30))
            time.sleep(0.02)
        self.sender.kill()


def test_two_thousand_events_arrive(figure):
    storm, started = Storm(), time.monotonic()
    with Receiver(storm.behave) as receiver:
        WebhookEndpointFactory(
            address=receiver.url, on_own_network=True, event_types=["product.created"]
        )
        Product.objects.bulk_create(ProductFactory.build_batch(EVENTS))
        tried_while_down = storm.be_down(receiver)
        storm.blow(receiver)
    taken = Counter(receiver.ids)
    events = {str(one) for one in DomainEvent.objects.values_list("uuid", flat=True)}
    lost, twice = len(events - set(taken)), sum(taken.values()) - len(taken)
    figure(
        f" {len(events)} events, {tried_while_down} calls while down {DAYS_DOWN} days, "
        f"{len(receiver.calls)} calls in all, {storm.kills} kills: {lost} lost, {twice} twice "
        f"({twice / EVENTS:.2%}), {time.monotonic() - started:.0f} s"
    )
    assert (len(events), lost) == (EVENTS, 0)
    assert storm.kills == KILLS
    assert twice <= EVENTS // 100
    assert WebhookDelivery.objects.failed().count() == 0


def die_between_answer_and_note(endpoint):
    """A sender in a process of its own that is gone (`os._exit`) once the receiver has answered."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    # the parent's session goes on: its connection is kept, and not used
    KEPT.append(connection.connection)
    connection.connection = None
    try:
        for delivery in claim(endpoint, 1, timezone.now()):
            post(delivery)
    finally:
        os._exit(9)


def test_fifty_senders_die_between_the_answer_and_its_note(figure):
    """Failpoint F5: what was answered and not noted comes once more, under the same id."""
    with Receiver() as receiver:
        endpoint = WebhookEndpointFactory(
            address=receiver.url, on_own_network=True, event_types=["product.created"]
        )
        Product.objects.bulk_create(ProductFactory.build_batch(100))
        for _turn in range(50):
            die_between_answer_and_note(endpoint)
        assert len(receiver.taken) == 50
        assert not WebhookDelivery.objects.exclude(status="pending").exists()
        time_goes_by(timedelta(minutes=5), sender_is_dead=True)
        Sender().drain()
    taken = Counter(receiver.ids)
    lost = 100 - len(taken)
    figure(f" 50 senders died after the answer: {lost} lost, {sum(taken.values()) - 100} twice")
    assert (lost, sum(taken.values())) == (0, 150)
    assert WebhookDelivery.objects.filter(status="delivered").count() == 100
