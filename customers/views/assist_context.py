"""What pages show of assistance: suggestions, summaries and the log."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from django.urls import reverse

from customers.assisting.customer_facts import facts_about
from customers.assisting.generators import generator_on
from customers.forms import DraftWishesForm
from customers.insight.paragraphs import shown_to
from customers.models import AssistEvent, Customer, Draft, Message, Summary, Ticket
from customers.quotations import address_of

EVENTS_SHOWN = 8


def draft_context(ticket: Ticket) -> dict[str, Any]:
    """The drafts of the latest request, and what a generator may be told."""
    drafts = list(Draft.objects.latest_of(ticket))
    asked = next((draft for draft in drafts if draft.asked_with_id is None), None)
    return {
        "ticket": ticket,
        "asked": asked,
        "drafts": [draft for draft in drafts if draft.is_on_offer],
        "is_writing": asked is not None and not asked.is_finished,
        "generator": generator_on("reply"),
        "wishes_form": DraftWishesForm(
            initial={"tone": asked.tone, "length": asked.length} if asked else None
        ),
    }


def summary_context(
    user: Any, *, ticket: Ticket | None = None, customer: Customer | None = None
) -> dict[str, Any]:
    """A summary with its sentences by their kind."""
    of: dict[str, Any] = {"ticket": ticket} if ticket else {"customer": customer}
    summary = Summary.objects.filter(**of).first()
    name = "ticket-summary" if ticket else "customer-summary"
    record: Any = ticket or customer
    return {
        **of,
        "summary": summary,
        "facts": shown_to(user, facts_about(customer)) if customer else [],
        "parts": _parts_of(summary),
        "address": reverse(name, args=[record.pk]),
    }


def events_of(ticket: Ticket) -> list[AssistEvent]:
    """The latest lines of the log about a ticket."""
    rows = AssistEvent.objects.of_ticket(ticket).select_related("by", "undone_by")
    return list(rows[:EVENTS_SHOWN])


def _parts_of(summary: Summary | None) -> list[dict[str, Any]]:
    """The sentences by their kind, and within it those in a row that one side says."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for item in summary.sentences if summary else []:
        parts.setdefault(item["kind"], []).append({**item, "address": _address_of(item)})
    return [
        {"label": Summary.Item(kind).label, "told": _by_speaker(items)}
        for kind, items in parts.items()
    ]


def _by_speaker(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"is_claim": by == Message.Author.CUSTOMER, "items": list(own)}
        for by, own in groupby(items, key=itemgetter("by"))
    ]


def _address_of(item: dict[str, Any]) -> str:
    page = address_of("ticket" if item["source"] == "ticket" else "product", item["source_id"])
    return f"{page}#message-{item['message']}" if item["message"] else page
