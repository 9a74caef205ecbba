"""The events that there are: what happened to which kind of record.

The database writes them (`customers_write_events`, a trigger of each table): whoever changes a
row, by whatever statement, tells of it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

TEST = "webhook.test"
KINDS: Mapping[str, Any] = {
    "customer": _("Customer"),
    "order": _("Order"),
    "return": _("Return"),
    "product": _("Product"),
    "ticket": _("Ticket"),
    "message": _("Message"),
    "review": _("Review"),
}
HAPPENINGS: Mapping[str, Any] = {
    "created": _("created"),
    "updated": _("updated"),
    "deleted": _("deleted"),
    "analysed": _("analysed"),
}
NEVER_ANALYSED = ("order", "return")


def event_types() -> list[str]:
    """All types that an endpoint can listen to, such as `order.updated`."""
    return [name for name, _label in event_choices()]


def event_choices() -> list[tuple[str, str]]:
    """The types as people read them."""
    return [
        (f"{kind}.{happening}", f"{noun}: {done}")
        for kind, noun in KINDS.items()
        for happening, done in HAPPENINGS.items()
        if not (happening == "analysed" and kind in NEVER_ANALYSED)
    ]
