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
    """Propose about tickets that wait for their customer, and about whom spends most."""
    managers = User.objects.filter(is_active=True, groups__name="manager")
    owner = managers.order_by("pk").first()
    if owner is None or ApiKey.objects.filter(name=NAME).exists():
        return
    key, _secret = issue(owner, name=NAME, by=owner, scopes=SCOPES)
    for columns in _wanted(source):
        propose(key, columns)


def _wanted(source: str) -> list[dict[str, Any]]:
    quiet = Ticket.objects.filter(source=source, status="pending", customer__language="en")
    tickets = list(quiet.exclude(order=None).select_related("order").order_by("opened_at", "id"))
    best = Customer.objects.filter(source=source).order_by("-spent_total", "id").first()
    wanted: list[dict[str, Any]] = [
        {
            "kind": Proposal.Kind.REPLY,
            "ticket": ticket,
            "arguments": {
                "body": "Hello,\n\nwe have not heard from you since we answered about order "
                f"{ticket.order.number}. Is there anything left that we can do?"
            },
            "reason": "The shop answered last, and nothing came since.",
        }
        for ticket in tickets[:1]
        if ticket.order
    ]
    wanted += [
        {
            "kind": Proposal.Kind.TICKET,
            "ticket": ticket,
            "arguments": {"new_status": "solved"},
            "reason": "The shop answered last, and the customer has left it at that.",
        }
        for ticket in tickets[1:2]
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
