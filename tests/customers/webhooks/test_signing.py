"""Receivers verify with the public library of Standard Webhooks (guarantee 31)."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from customers.webhooks.payload import body_of
from customers.webhooks.signing import headers_for, secret_of
from tests.factories import DomainEventFactory, WebhookEndpointFactory

N = 1000
pytestmark = pytest.mark.django_db


def verifies(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_a_thousand_payloads_are_verified_and_every_change_is_refused(figure):
    endpoint, now = WebhookEndpointFactory(), timezone.now()
    secret, seen = secret_of(endpoint), {"right": 0, "byte": 0, "old": 0, "id": 0, "secret": 0}
    other = secret_of(WebhookEndpointFactory())
    for turn in range(N):
        event = DomainEventFactory.build(record_id=turn, changed=["státus", "número"][: turn % 3])
        body, name = body_of(event), str(event.uuid)
        headers = headers_for(endpoint, name, body, now)
        place = int.from_bytes(os.urandom(4)) % len(body)
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        old = headers_for(endpoint, name, body, now - timedelta(minutes=6))
        seen["right"] += verifies(secret, body, headers)
        seen["byte"] += not verifies(secret, changed, headers)
        seen["old"] += not verifies(secret, body, old)
        seen["id"] += not verifies(secret, body, headers | {"webhook-id": name[:-1] + "x"})
        seen["secret"] += not verifies(other, body, headers)
    figure(f" verified {seen['right']}/{N}; refused of each change {min(seen.values())}/{N}")
    assert seen == dict.fromkeys(seen, N)


def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one_alone():
    endpoint, now = WebhookEndpointFactory(), timezone.now()
    before = secret_of(endpoint)
    endpoint.rotate(timedelta(hours=24))
    after = secret_of(endpoint)
    failures = 0
    for turn in range(N):
        headers = headers_for(endpoint, f"m{turn}", b"{}", now)
        failures += not (verifies(before, b"{}", headers) and verifies(after, b"{}", headers))
    assert failures == 0
    assert before != after
    endpoint.previous_until_at = now
    headers = headers_for(endpoint, "m", b"{}", now)
    assert (verifies(before, b"{}", headers), verifies(after, b"{}", headers)) == (False, True)


def test_a_change_of_the_servers_own_key_breaks_no_receiver(settings):
    endpoint = WebhookEndpointFactory()
    given = secret_of(endpoint)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    headers = headers_for(endpoint, "m", b"{}", timezone.now())
    assert verifies(given, b"{}", headers)
    assert verifies(secret_of(endpoint), b"{}", headers)


def test_the_secret_stands_in_no_column():
    endpoint = WebhookEndpointFactory()
    secret = secret_of(endpoint).removeprefix("whsec_")
    endpoint.refresh_from_db()
    kept = {field.attname: getattr(endpoint, field.attname) for field in endpoint._meta.fields}
    assert secret not in str(kept)
