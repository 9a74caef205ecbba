"""What a webhook says: of which record, what happened, when. Never a value of the record."""

from __future__ import annotations

import json
from typing import Any

from customers.models import DomainEvent


def payload_of(event: DomainEvent) -> dict[str, Any]:
    """The event as it is told; the record itself is read by the API."""
    return {
        "type": event.type,
        "timestamp": event.happened_at.isoformat(),
        "data": {
            "kind": event.kind,
            "id": event.record_id,
            "source": event.source,
            "external_id": event.external_id,
            "changed": event.changed,
        },
    }


def body_of(event: DomainEvent) -> bytes:
    """The bytes of every attempt: the same each time."""
    return json.dumps(payload_of(event), separators=(",", ":")).encode()
