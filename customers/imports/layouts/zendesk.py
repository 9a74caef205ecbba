"""Zendesk's exports of tickets and users: CSV of a view, and JSON of the account."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers.imports import values
from customers.imports.layouts.layout import Layout, Names, text_of_html
from customers.imports.records import Customers
from customers.imports.table import Row
from customers.imports.tickets import Tickets

STATUS = {"new": "open", "hold": "pending", "on-hold": "pending", "deleted": "closed"}
MOST_COMMENTS = 1_000


class ZendeskTickets(Layout, Tickets):
    """Tickets; those of JSON with all that was said in them, those of CSV with the subject."""

    name = "zendesk_tickets"
    label = _("Zendesk: tickets")
    signatures = (
        frozenset({"Requester", "Subject", "Status", "Assignee"}),
        frozenset({"requester_id", "subject", "description", "status"}),
        frozenset({"requester", "subject", "description", "status"}),
    )
    names: ClassVar[Names] = {
        "external_id": ("ID", "Id", "Ticket ID", "id"),
        "subject": ("Subject", "subject"),
        "body": ("Description", "description"),
        "customer_id": ("Requester id", "Requester ID", "requester_id"),
        "email": ("Requester email", "Requester Email"),
        "requester": ("requester",),
        "priority": ("Priority", "priority"),
        "status": ("Status", "status"),
        "tags": ("Tags", "tags"),
        "created_at": ("Created at", "Created At", "Requested", "created_at"),
        "comments": ("comments",),
    }
    added = ("body", "customer_id", "email")

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """The states of Zendesk in ours; the first comment is what the ticket opens with."""
        row["body"] = text_of_html(row.get("body")) or row.get("subject")
        requester = _object(row.get("requester"))
        row["customer_id"] = row.get("customer_id") or requester.get("id")
        row["email"] = row.get("email") or requester.get("email")
        said = str(row.get("status") or "").lower()
        row["status"] = STATUS.get(said, said)
        row["priority"] = "" if str(row.get("priority")) in ("-", "None") else row["priority"]
        tags = row.get("tags")
        row["tags"] = tags.split() if isinstance(tags, str) and "," not in tags else tags
        row["comments"] = _comments(_list(row.get("comments")), str(row["customer_id"]))
        return row


class ZendeskUsers(Layout, Customers):
    """Users; those of staff come too, for tickets may be theirs."""

    name = "zendesk_users"
    label = _("Zendesk: users")
    signatures = (
        frozenset({"name", "email", "role", "organization", "restriction"}),
        frozenset({"name", "email", "role", "locale", "organization_id", "time_zone"}),
    )
    names: ClassVar[Names] = {
        "external_id": ("id", "external_id"),
        "name": ("name",),
        "email": ("email",),
        "phone": ("phone",),
        "company": ("organization",),
        "language": ("locale",),
        "tags": ("tags",),
    }

    def adapt(self, row: Row, original: Row, memory: dict[str, Any]) -> Row:
        """Locales such as en-US as languages."""
        row["language"] = str(row.get("language") or "").partition("-")[0][:8]
        return row


def _comments(comments: list[Any], requester: str) -> list[dict[str, Any]]:
    """What was said after the opening text, as the format of tickets reads it."""
    told: list[dict[str, Any]] = []
    for place, one in enumerate(comments[1 : MOST_COMMENTS + 1], start=1):
        if not isinstance(one, dict):
            continue
        body = str(one.get("plain_body") or one.get("body") or "").replace("\x00", "")
        if body.strip():
            by_customer = str(one.get("author_id")) == requester
            told.append(
                {
                    "id": str(one.get("id") or place)[:40],
                    "author": "customer" if by_customer else "agent",
                    "body": body.strip(),
                    "sent_at": values.moment(one, "created_at").isoformat()
                    if one.get("created_at")
                    else None,
                    "is_internal": not one.get("public", True),
                }
            )
    return told


def _object(value: Any) -> dict[str, Any]:
    value = _parsed(value)
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    value = _parsed(value)
    return value if isinstance(value, list) else []


def _parsed(value: Any) -> Any:
    """What a refused row that comes back has as text is JSON again."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return None
