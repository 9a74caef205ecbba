"""What a rule would have done: asked about the latest tickets, without doing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from customers.audiences.counting import TooSlow, time_limit
from customers.models import Ticket
from customers.rules.matching import meets

ASKED = 1000
LISTED = 20
PATIENT_MS = 3_000


@dataclass(frozen=True, slots=True)
class DryRun:
    """Of so many latest tickets so many meet the conditions as they are now; the newest of them.
    `matched` None: it took too long to tell.
    """

    asked: int
    matched: int | None
    tickets: list[Ticket]


def dry_run(conditions: Any, user: Any) -> DryRun:
    """Ask conditions about the latest tickets that the user may see."""
    latest = Ticket.objects.visible_to(user).order_by("-created_at", "-id")
    pks = list(latest.values_list("pk", flat=True)[:ASKED])
    rows = Ticket.objects.filter(meets(conditions), pk__in=pks)
    try:
        with time_limit(PATIENT_MS):
            found = list(rows.order_by("-created_at", "-id").values_list("pk", flat=True))
    except TooSlow:
        return DryRun(len(pks), None, [])
    shown = Ticket.objects.filter(pk__in=found[:LISTED]).order_by("-created_at", "-id")
    listed = shown.select_related("customer", "intent", "suggested_intent", "sla", "rating")
    return DryRun(len(pks), len(found), list(listed.defer("search", "customer__search")))
