"""The shop systems that are known: how their webhooks are signed, named and read."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from customers.connectors import shopify, woocommerce
from customers.connectors.told import Change, Told
from customers.models import Connector


@dataclass(frozen=True, slots=True)
class System:
    """The headers of a system's webhooks, and its reader."""

    id_header: str
    topic_header: str
    signature_header: str
    time_header: str
    change_of: Callable[[str, Told], Change | None]


SYSTEMS = {
    Connector.Kind.SHOPIFY: System(
        shopify.ID, shopify.TOPIC, shopify.SIGNATURE, shopify.TRIGGERED_AT, shopify.change_of
    ),
    Connector.Kind.WOOCOMMERCE: System(
        woocommerce.ID,
        woocommerce.TOPIC,
        woocommerce.SIGNATURE,
        woocommerce.TRIGGERED_AT,
        woocommerce.change_of,
    ),
}


def signature_of(secret: str, body: bytes) -> str:
    """Both systems sign alike: HMAC-SHA256 over the raw body, base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def is_signed(secret: str, body: bytes, signature: str) -> bool:
    """Whether the signature is of this body, by this secret."""
    return hmac.compare_digest(signature_of(secret, body).encode(), signature.strip().encode())
