"""The page of a ticket: the conversation, and what models and records say beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.desk import presence
from customers.desk.forms import ChangeForm, MergeForm
from customers.desk.people import colleagues
from customers.models import Intent, Message, OrderReturn, Ticket
from customers.models.aspect import mentions_with_aspects
from customers.ticket_evidence import TASKS as EVIDENCE_TASKS
from customers.ticket_evidence import evidence_of
from customers.views.access import StaffRequest, get_ticket_for
from customers.views.asking import questions_of
from customers.views.assist_context import draft_context, events_of, summary_context
from customers.views.inbox_context import queue_context, reply_context

LIKELY_INTENTS = 5
ORDERS_SHOWN = 5
OTHERS_SHOWN = 5


@require_GET
def ticket_page(request: StaffRequest, pk: int) -> HttpResponse:
    """The conversation and what is suggested beside it."""
    ticket = get_ticket_for(request.user, pk)
    presence.mark_read(ticket, request.user)
    return render(request, "tickets/page.html", ticket_context(ticket, request))


@require_GET
def ticket_reading(request: StaffRequest, pk: int) -> HttpResponse:
    """Conversation and suggestions alone, for a page that is open and behind; the user sees it."""
    ticket = get_ticket_for(request.user, pk)
    presence.mark_read(ticket, request.user)
    return render(request, "tickets/reading.html", ticket_context(ticket, request))


def ticket_context(ticket: Ticket, request: StaffRequest) -> dict[str, Any]:
    """A ticket's conversation, suggestions and forms."""
    conversation = _conversation(ticket)
    return {
        "ticket": ticket,
        "conversation": conversation,
        "evidence": evidence_of(request.GET.get("evidence"), ticket, conversation),
        "evidence_tasks": EVIDENCE_TASKS,
        "likely_intents": likely(ticket.intent_detail.get("distribution", {})),
        "likely_priorities": likely_priorities(ticket.priority_detail),
        "questions": questions_of(ticket.questions.all(), request),
        "ticket_key": str(ticket.pk),
        **_forms(ticket, request),
        **_of_customer(ticket, request.user),
        **draft_context(ticket),
        **summary_context(request.user, ticket=ticket),
        "events": events_of(ticket),
        **reply_context(ticket, request),
        **queue_context(request),
    }


def _conversation(ticket: Ticket) -> list[Message]:
    by_mail = ("inbound_mail", "outbound_mail")
    rows = ticket.messages.select_related("author", "sentiment_set_by", *by_mail)
    rows = rows.prefetch_related(mentions_with_aspects(), "attachments")
    return list(rows.order_by("sent_at", "id"))


def _forms(ticket: Ticket, request: StaffRequest) -> dict[str, Any]:
    watching = list(ticket.watchers.all())
    initial = {
        "version": ticket.version,
        "status": ticket.status,
        "priority": ticket.likely_priority,
        "kind": ticket.kind,
        "intent": ticket.effective_intent_id,
        "assignee": ticket.assignee_id,
        "team": ticket.team_id,
        "tags": ", ".join(ticket.tags),
    }
    return {
        "change_form": ChangeForm(initial=initial, ticket=ticket),
        "merge_form": MergeForm(initial={"version": ticket.version}, auto_id="merge_%s"),
        "is_splitting": request.GET.get("split") == "1",
        "watchers": watching,
        "is_watching": request.user in watching,
        "colleagues": colleagues(),
    }


def _of_customer(ticket: Ticket, user: Any) -> dict[str, Any]:
    """The customer's latest orders, other open tickets and returns."""
    customer = ticket.customer
    if customer is None:
        return {"customer_orders": [], "other_tickets": [], "order_returns": []}
    seen = Ticket.objects.visible_to(user).filter(customer=customer)
    others = seen.open().exclude(pk=ticket.pk).defer("search")
    returns = OrderReturn.objects.filter(order__customer=customer).select_related("order")
    return {
        "customer_orders": customer.orders.order_by("-placed_at")[:ORDERS_SHOWN],
        "other_tickets": others.order_by("-last_message_at")[:OTHERS_SHOWN],
        "order_returns": returns[:ORDERS_SHOWN],
    }


def likely(distribution: dict[str, float]) -> list[dict[str, Any]]:
    """The most probable intents by name, best first."""
    best = sorted(distribution.items(), key=lambda item: -item[1])[:LIKELY_INTENTS]
    names = Intent.objects.in_bulk([slug for slug, _p in best])
    return [
        {"name": str(names.get(slug, slug)), "weight": probability} for slug, probability in best
    ]


def likely_priorities(detail: dict[str, Any]) -> list[dict[str, Any]]:
    """The priorities with their probabilities, most urgent first."""
    distribution = detail.get("distribution", {})
    return [
        {"name": str(Ticket.Priority(value).label), "weight": distribution[value]}
        for value in reversed(Ticket.Priority.values)
        if value in distribution
    ]
