"""Signatures as Standard Webhooks (standardwebhooks.com) has them: HMAC-SHA256 over id, time and
body, base64, `v1,` in front; several behind one another while a secret is being changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from customers.models import WebhookEndpoint

MARK = "whsec_"


def secret_of(endpoint: WebhookEndpoint) -> str:
    """The secret that the receiver verifies with. It is shown when it is made, and can be
    computed only with the server's own key.
    """
    return MARK + base64.b64encode(_derived(settings.SECRET_KEY, endpoint.salt)).decode()


def headers_for(
    endpoint: WebhookEndpoint, webhook_id: str, body: bytes, now: datetime
) -> dict[str, str]:
    """The three headers of an attempt at `now`."""
    seconds = int(now.timestamp())
    said = f"{webhook_id}.{seconds}.".encode() + body
    signatures = (
        "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        for key in _keys(endpoint, now)
    )
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def _keys(endpoint: WebhookEndpoint, now: datetime) -> Iterator[bytes]:
    """The keys that sign now: of this secret and, during a change, of the one before; by the
    server's key, and by those that it had before (`SECRET_KEY_FALLBACKS`).
    """
    salts = [endpoint.salt]
    until = endpoint.previous_until_at
    if endpoint.previous_salt and until is not None and until > now:
        salts.append(endpoint.previous_salt)
    for server_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        for salt in salts:
            yield _derived(str(server_key), salt)


def _derived(server_key: str, salt: str) -> bytes:
    return hmac.new(server_key.encode(), f"webhook:{salt}".encode(), hashlib.sha256).digest()
