"""The audiences that the demo shop comes with."""

from __future__ import annotations

from typing import Any

from customers.audiences.tree import rules_of
from customers.models import Audience

AUDIENCES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "VIPs gone quiet",
        "Bought often and much, and nothing lately: a personal letter is worth its while.",
        rules_of(
            {"field": "order_count", "operator": "at_least", "value": "6"},
            {"field": "spent_total", "operator": "at_least", "value": "300"},
            {"field": "last_order_at", "operator": "longer_ago", "value": "90"},
        ),
    ),
    (
        "New this season",
        "Ordered for the first time within the last three months.",
        rules_of({"field": "first_order_at", "operator": "in_last_days", "value": "90"}),
    ),
    (
        "Unhappy big spenders",
        "Spend much and sound unhappy: in their latest texts, in a review of one or two stars, "
        "or in a complaint.",
        rules_of(
            {"field": "spent_total", "operator": "at_least", "value": "250"},
            {
                "match": "any",
                "rules": [
                    {"field": "feeling", "operator": "any_of", "value": ["negative"]},
                    {
                        "field": "review_stars",
                        "operator": "did",
                        "value": ["1", "2"],
                        "within_days": 180,
                    },
                    {
                        "field": "ticket_intent",
                        "operator": "did",
                        "value": ["complaint"],
                        "within_days": 180,
                    },
                ],
            },
        ),
    ),
    (
        "Return often",
        "Sent something back at least twice in a year.",
        rules_of(
            {"field": "returned_order", "operator": "did", "times": 2, "within_days": 365},
        ),
    ),
)


def write_audiences() -> None:
    """Make those audiences whose name is free."""
    taken = set(Audience.objects.values_list("name", flat=True))
    Audience.objects.bulk_create(
        Audience(name=name, description=description, rules=rules)
        for name, description, rules in AUDIENCES
        if name not in taken
    )
