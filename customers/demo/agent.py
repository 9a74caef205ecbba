"""What an agent outside of the demo shop proposed, for staff to confirm or decline.

Its key belongs to the shop's manager, and its secret is kept nowhere: who wants to call with it
rotates it. Where there are no logins there is no agent either.
"""

from __future__ import annotations

from typing import Any

from customers.models import ApiKey, Customer, Proposal, Ticket, User
from customers.partners.keys import issue
from customers.proposals.deciding import propose

NAME = "Reply assistant"
SCOPES = ["tickets:read", "customers:read", "orders:read", "search:read", "proposals:write"]


def write_proposals(source: str) -> None:
    """Propose about the latest tickets that nobody has answered, and for whom spends most."""
    managers = User.objects.filter(is_active=True, groups__name="manager")
    owner = managers.order_by("pk").first()
    if owner is None or ApiKey.objects.filter(name=NAME).exists():
        return
    key, _secret = issue(owner, name=NAME, by=owner, scopes=SCOPES)
    for columns in _wanted(source):
        propose(key, columns)


def _wanted(source: str) -> list[dict[str, Any]]:
    waiting = Ticket.objects.filter(
        source=source, status="open", customer__language="en", assignee=None, first_replied_at=None
    )
    tickets = list(waiting.exclude(order=None).order_by("-opened_at", "-id")[:2])
    best = Customer.objects.filter(source=source).order_by("-spent_total", "id").first()
    wanted: list[dict[str, Any]] = [
        {
            "kind": Proposal.Kind.REPLY,
            "ticket": ticket,
            "arguments": {
                "body": f"Hello,\n\nthank you for writing about order {ticket.order.number}. "
                "I have it in front of me and will tell you by tomorrow what comes next."
            },
            "reason": "Nobody answered yet; this says that somebody is on it, and promises nothing "
            "else.",
        }
        for ticket in tickets[:1]
        if ticket.order
    ]
    wanted += [
        {
            "kind": Proposal.Kind.TICKET,
            "ticket": ticket,
            "arguments": {"priority": "high"},
            "reason": "The order that it is about is named in the ticket, and nobody has it yet.",
        }
        for ticket in tickets[1:]
    ]
    if best is not None:
        wanted.append(
            {
                "kind": Proposal.Kind.TASK,
                "customer": best,
                "arguments": {"title": "Thank them by hand for their orders of this year"},
                "reason": "Nobody in the shop spends more.",
            }
        )
    return wanted
