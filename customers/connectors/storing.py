"""A shop's call, stored before it is read: the row with the raw body is what is acknowledged."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.connectors.systems import SYSTEMS, is_signed
from customers.connectors.told import moment
from customers.models import Connector, InboundWebhook
from customers.signals import job_requested, send_after_commit

MOST_BYTES = 2 * 1024 * 1024
PING = re.compile(rb"webhook_id=\d{1,20}")  # what WooCommerce sends when a webhook is made


class Rejected(Exception):
    """Why a call is not taken: the HTTP status and a line that says what to do."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def store(connector: Connector, body: bytes, headers: Mapping[str, str]) -> bool:
    """Store a call; False where it came before, or says nothing. Raises `Rejected`."""
    if PING.fullmatch(body.strip()):
        return False
    system = SYSTEMS[Connector.Kind(connector.kind)]
    secret = settings.SHOP_SECRETS.get(connector.secret_variable, "")
    if not secret:
        raise Rejected(503, f"the environment has no {connector.secret_variable}")
    if not is_signed(secret, body, headers.get(system.signature_header, "")):
        raise Rejected(401, "the signature does not belong to this body")
    sha256 = hashlib.sha256(body).hexdigest()
    topic = headers.get(system.topic_header, "").strip().lower()
    if not topic or len(topic) > 60:
        raise Rejected(400, f"the header {system.topic_header} is missing")
    webhook = InboundWebhook(
        connector=connector,
        webhook_id=_clean(headers.get(system.id_header, "")) or f"{topic}:{sha256}"[:120],
        topic=_clean(topic),
        body=body,
        sha256=sha256,
        triggered_at=moment(headers.get(system.time_header, "")) if system.time_header else None,
    )
    return _kept(webhook)


def _kept(webhook: InboundWebhook) -> bool:
    """Once per id, whatever comes at the same time."""
    with transaction.atomic():
        InboundWebhook.objects.bulk_create([webhook], ignore_conflicts=True)
        same = {"connector": webhook.connector, "webhook_id": webhook.webhook_id}
        kept = InboundWebhook.objects.filter(**same).values_list("pk", "received_at").get()
        Connector.objects.filter(pk=webhook.connector_id).update(last_received_at=timezone.now())
        if kept[1] != webhook.received_at:
            return False
        send_after_commit(job_requested, sender=InboundWebhook, pk=kept[0])
        return True


def _clean(value: str) -> str:
    return value.strip().replace("\0", "")[:120]
