"""Tickets: the list, the conversation, and the decisions of staff beside the models'."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers import macros
from customers.filters import TicketFilter
from customers.forms import IntentForm, LabelForm, PriorityForm, ReplyForm, StatusForm
from customers.languages import text_language
from customers.models import Intent, Macro, Message, Ticket
from customers.models.aspect import mentions_with_aspects
from customers.paging import page_of
from customers.ticket_evidence import TASKS as EVIDENCE_TASKS
from customers.ticket_evidence import evidence_of
from customers.views.access import StaffRequest, get_ticket_for, own_page
from customers.views.asking import inserted_answer, questions_of
from customers.views.assist_context import draft_context, events_of, summary_context

LIKELY_INTENTS = 5


@require_GET
def ticket_list(request: StaffRequest) -> HttpResponse:
    """All tickets, searched and narrowed, the latest message first."""
    context = list_context(request, LabelForm(user=request.user))
    return render(request, "tickets/list.html", context)


@require_http_methods(["GET", "POST"])
def label_tickets(request: StaffRequest) -> HttpResponse:
    """Set one intent on the ticked tickets of the list; what was ticked stays when it fails."""
    back = f"{reverse('tickets')}?{request.GET.urlencode()}"
    if request.method == "GET":
        return redirect(back)
    form = LabelForm(request.POST, user=request.user)
    if not form.is_valid():
        return render(request, "tickets/list.html", list_context(request, form), status=422)
    tickets, intent = form.cleaned_data["ticket"], form.cleaned_data["intent"]
    with transaction.atomic():
        for ticket in tickets:
            ticket.set_intent(intent, by=request.user)
    done = ngettext(
        "%(n)s ticket is labelled %(intent)s.",
        "%(n)s tickets are labelled %(intent)s.",
        len(tickets),
    )
    messages.success(request, done % {"n": len(tickets), "intent": intent})
    return redirect(back)


@require_GET
def ticket_page(request: StaffRequest, pk: int) -> HttpResponse:
    """The conversation and what is suggested beside it."""
    ticket = get_ticket_for(request.user, pk)
    return render(request, "tickets/page.html", ticket_context(ticket, request))


@require_GET
def ticket_reading(request: StaffRequest, pk: int) -> HttpResponse:
    """Conversation and suggestions alone; polls itself while a message is pending."""
    ticket = get_ticket_for(request.user, pk)
    return render(request, "tickets/reading.html", ticket_context(ticket, request))


@require_POST
def decide_intent(request: StaffRequest, pk: int) -> HttpResponse:
    """Set or take back the intent that staff see."""
    ticket = get_ticket_for(request.user, pk)
    form = IntentForm(request.POST, current=ticket.intent_id)
    if form.is_valid():
        ticket.set_intent(form.cleaned_data["intent"], by=request.user)
        messages.success(request, _("The intent is saved."))
    else:
        messages.error(request, _("There is no such intent; choose one of the list."))
    return redirect("ticket", pk=pk)


@require_POST
def decide_priority(request: StaffRequest, pk: int) -> HttpResponse:
    """Set how soon the ticket wants an answer; from the list it leads back there."""
    ticket = get_ticket_for(request.user, pk)
    form = PriorityForm(request.POST)
    if form.is_valid():
        ticket.set_priority(form.cleaned_data["priority"], by=request.user)
        messages.success(request, _("The priority is saved."))
    else:
        messages.error(request, _("There is no such priority; choose one of the list."))
    return redirect(own_page(request) or reverse("ticket", args=[pk]))


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
        context = ticket_context(ticket, request) | {"reply_form": form}
        return render(request, "tickets/page.html", context, status=422)
    body, began_from = form.cleaned_data["body"], form.cleaned_data["draft"]
    with transaction.atomic():
        message = ticket.add_message(body, author_kind=Message.Author.AGENT, author=request.user)
        draft = ticket.drafts.filter(pk=began_from).first() if began_from else None
        if draft is not None:
            draft.sent_as(message, by=request.user)
    messages.success(request, _("Your reply is added."))
    return redirect("ticket", pk=pk)


def list_context(request: StaffRequest, form: LabelForm) -> dict[str, Any]:
    """A page of the list, and the form that labels its rows."""
    rows = Ticket.objects.visible_to(request.user).with_pending()
    rows = rows.select_related("customer", "intent", "suggested_intent")
    rows = rows.defer("search", "customer__search").order_by("-last_message_at", "-id")
    narrowed = TicketFilter(request.GET, rows)
    return {
        "filter": narrowed,
        "page": page_of(narrowed.qs, request),
        "list_address": f"{reverse('tickets')}?{request.GET.urlencode()}",
        "label_form": form,
        "ticked": set(request.POST.getlist("ticket")),
    }


def ticket_context(ticket: Ticket, request: StaffRequest) -> dict[str, Any]:
    """A ticket's conversation, suggestions and forms."""
    by_mail = ("inbound_mail", "outbound_mail")
    rows = ticket.messages.select_related("author", "sentiment_set_by", *by_mail)
    rows = rows.prefetch_related(mentions_with_aspects())
    conversation = list(rows.order_by("sent_at", "id"))
    said = [message for message in conversation if message.is_read]
    customer = ticket.customer
    return {
        "ticket": ticket,
        "conversation": conversation,
        "evidence": evidence_of(request.GET.get("evidence"), ticket, conversation),
        "evidence_tasks": EVIDENCE_TASKS,
        "is_pending": any(message.is_pending for message in said),
        "likely_intents": likely(ticket.intent_detail.get("distribution", {})),
        "likely_priorities": likely_priorities(ticket.priority_detail),
        "customer_orders": customer.orders.order_by("-placed_at")[:5] if customer else [],
        "intent_form": IntentForm(
            initial={"intent": ticket.effective_intent_id}, current=ticket.effective_intent_id
        ),
        "priority_form": PriorityForm(initial={"priority": ticket.likely_priority}),
        "status_form": StatusForm(instance=ticket),
        "questions": questions_of(ticket.questions.all(), request),
        "ticket_key": str(ticket.pk),
        **draft_context(ticket),
        **summary_context(ticket=ticket),
        "events": events_of(ticket),
        **reply_context(ticket, request),
    }


def reply_context(ticket: Ticket, request: StaffRequest) -> dict[str, Any]:
    """The form of a reply, with the macro that was asked for after what is typed already."""
    known = macros_for(ticket)
    asked = request.POST.get("macro") or request.GET.get("macro")
    chosen = next((macro for macro in known if str(macro.pk) == asked), None)
    filled = macros.render(chosen, ticket, request.user) if chosen else None
    typed = request.POST.get("body", "").rstrip() or inserted_answer(request, ticket)
    texts = [typed, filled.text if filled else ""]
    return {
        "macros": known,
        "missing": filled.missing if filled else (),
        "reply_form": ReplyForm(
            initial={
                "body": "\n\n".join(text for text in texts if text),
                "draft": request.POST.get("draft"),
            }
        ),
    }


def macros_for(ticket: Ticket) -> list[Macro]:
    """The macros on offer for a reply, those in the customer's language first."""
    language = ticket.customer.language if ticket.customer else ""
    return list(Macro.objects.active().nearest(language or text_language()))


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
