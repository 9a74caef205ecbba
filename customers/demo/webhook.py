"""A webhook of the demo shop, not active: it shows what other systems can hear of."""

from __future__ import annotations

from customers.models import WebhookEndpoint

NAME = "Warehouse"


def write_webhook() -> None:
    """Make it where there is none of this name. Its address exists nowhere (RFC 2606)."""
    WebhookEndpoint.objects.get_or_create(
        name=NAME,
        defaults={
            "address": "https://warehouse.example/rapport",
            "event_types": ["order.created", "order.updated", "return.created", "return.updated"],
            "is_active": False,
        },
    )
