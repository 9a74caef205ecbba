"""Tickets: the list, the conversation, and the decisions of staff beside the models'."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.filters import TicketFilter
from customers.forms import IntentForm, ReplyForm, StatusForm
from customers.models import Intent, Message, Ticket
from customers.paging import page_of
from customers.views.access import StaffRequest, get_ticket_for

LIKELY_INTENTS = 5


@require_GET
def ticket_list(request: StaffRequest) -> HttpResponse:
    """All tickets, searched and narrowed, the latest message first."""
    rows = Ticket.objects.visible_to(request.user).with_pending()
    rows = rows.select_related("customer", "intent", "suggested_intent")
    rows = rows.defer("search", "customer__search").order_by("-last_message_at", "-id")
    narrowed = TicketFilter(request.GET, rows)
    context = {"filter": narrowed, "page": page_of(narrowed.qs, request)}
    return render(request, "tickets/list.html", context)


@require_GET
def ticket_page(request: StaffRequest, pk: int) -> HttpResponse:
    """The conversation and what is suggested beside it."""
    ticket = get_ticket_for(request.user, pk)
    return render(request, "tickets/page.html", ticket_context(ticket))


@require_GET
def ticket_reading(request: StaffRequest, pk: int) -> HttpResponse:
    """Conversation and suggestions alone; polls itself while a message is pending."""
    ticket = get_ticket_for(request.user, pk)
    return render(request, "tickets/reading.html", ticket_context(ticket))


@require_POST
def decide_intent(request: StaffRequest, pk: int) -> HttpResponse:
    """Set or take back the intent that staff see."""
    ticket = get_ticket_for(request.user, pk)
    form = IntentForm(request.POST)
    if form.is_valid():
        ticket.set_intent(form.cleaned_data["intent"], by=request.user)
        messages.success(request, _("The intent is saved."))
    else:
        messages.error(request, _("There is no such intent; choose one of the list."))
    return redirect("ticket", pk=pk)


@require_POST
def set_status(request: StaffRequest, pk: int) -> HttpResponse:
    """Move the ticket to another status."""
    ticket = get_ticket_for(request.user, pk)
    form = StatusForm(request.POST)
    if form.is_valid():
        ticket.set_status(form.cleaned_data["status"])
        messages.success(request, _("The status is saved."))
    else:
        messages.error(request, _("There is no such status; choose one of the list."))
    return redirect("ticket", pk=pk)


@require_POST
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an agent's answer; a form with mistakes keeps what was typed."""
    ticket = get_ticket_for(request.user, pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        context = ticket_context(ticket) | {"reply_form": form}
        return render(request, "tickets/page.html", context, status=422)
    body = form.cleaned_data["body"]
    ticket.add_message(body, author_kind=Message.Author.AGENT, author=request.user)
    messages.success(request, _("Your reply is added."))
    return redirect("ticket", pk=pk)


def ticket_context(ticket: Ticket) -> dict[str, Any]:
    """A ticket's conversation, suggestions and forms."""
    conversation = list(ticket.messages.select_related("author").order_by("sent_at", "id"))
    said = [message for message in conversation if message.is_read]
    customer = ticket.customer
    return {
        "ticket": ticket,
        "conversation": conversation,
        "opening": said[0] if said else None,
        "opening_offset": len(ticket.subject) + 1,
        "is_pending": any(message.is_pending for message in said),
        "likely_intents": likely(ticket.intent_detail.get("distribution", {})),
        "customer_orders": customer.orders.order_by("-placed_at")[:5] if customer else [],
        "intent_form": IntentForm(initial={"intent": ticket.effective_intent_id}),
        "status_form": StatusForm(instance=ticket),
        "reply_form": ReplyForm(),
    }


def likely(distribution: dict[str, float]) -> list[dict[str, Any]]:
    """The most probable intents by name, best first."""
    best = sorted(distribution.items(), key=lambda item: -item[1])[:LIKELY_INTENTS]
    names = Intent.objects.in_bulk([slug for slug, _p in best])
    return [
        {"name": str(names.get(slug, slug)), "weight": probability} for slug, probability in best
    ]
