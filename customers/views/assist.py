"""Assistance for whoever answers a ticket. Nothing here sends, and nothing writes unasked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.assisting import acceptance, applying
from customers.assisting.fields import FIELDS, proposals_for
from customers.assisting.generators import generator_on
from customers.desk.acting import Stale
from customers.desk.forms import ReplyForm
from customers.forms import DraftWishesForm
from customers.models import AssistEvent, Draft, Summary, Ticket
from customers.views.access import (
    StaffRequest,
    get_customer_for,
    get_ticket_for,
    managers_only,
)
from customers.views.assist_context import draft_context, summary_context
from customers.views.inbox_context import reply_context
from customers.views.inbox_verbs import overtaken
from customers.views.tickets import ticket_context


def get_draft_for(user: Any, pk: int) -> Draft:
    """The draft with its ticket."""
    rows = Draft.objects.visible_to(user).select_related("ticket", "asked_by")
    return get_object_or_404(rows.defer("ticket__search"), pk=pk)


@require_http_methods(["GET", "POST"])
def ticket_drafts(request: StaffRequest, pk: int) -> HttpResponse:
    """What is suggested as a reply; the fragment polls itself while a worker writes. Posting
    asks for suggestions, anew where there are some.
    """
    ticket = get_ticket_for(request.user, pk)
    if request.method == "POST":
        form = DraftWishesForm(request.POST)
        wished = form.cleaned_data if form.is_valid() and generator_on("reply") else {}
        Draft.objects.ask_for(ticket, by=request.user, **wished)
        if not request.headers.get("HX-Request"):
            return redirect(_at(ticket, "suggestions"))
    return render(request, "assist/suggestions.html", draft_context(ticket))


@require_http_methods(["GET", "POST"])
def insert_draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a draft into the reply box, after what was typed there; it is not sent."""
    draft = get_draft_for(request.user, pk)
    if request.method == "GET":
        return redirect(_at(draft.ticket, "reply"))
    typed = request.POST.get("body", "").strip()
    if not draft.insert(by=request.user):
        messages.error(request, _("This suggestion is not on offer any more."))
        return redirect("ticket", pk=draft.ticket_id)
    body = f"{typed}\n\n{draft.text}" if typed else draft.text
    ticket = get_ticket_for(request.user, draft.ticket_id)
    composer = reply_context(ticket, request, body=body, draft=draft.pk, kind=ReplyForm.REPLY)
    if request.headers.get("HX-Request"):
        return render(request, "assist/inserted.html", draft_context(ticket) | composer)
    context = ticket_context(ticket, request) | composer
    return render(request, "tickets/page.html", context)


@require_POST
def dismiss_draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a suggestion aside."""
    draft = get_draft_for(request.user, pk)
    draft.dismiss(by=request.user)
    if request.headers.get("HX-Request"):
        return render(request, "assist/suggestions.html", draft_context(draft.ticket))
    return redirect(_at(draft.ticket, "suggestions"))


@require_http_methods(["GET", "POST"])
def ticket_summary(request: StaffRequest, pk: int) -> HttpResponse:
    """The summary of a ticket; the fragment polls itself while it is made."""
    ticket = get_ticket_for(request.user, pk)
    if request.method == "POST":
        Summary.objects.ask(by=request.user, ticket=ticket)
        if not request.headers.get("HX-Request"):
            return redirect(_at(ticket, "summary"))
    return render(request, "assist/summary.html", summary_context(request.user, ticket=ticket))


@require_http_methods(["GET", "POST"])
def customer_summary(request: StaffRequest, pk: int) -> HttpResponse:
    """The summary of a customer: facts of the records, then what they wrote."""
    customer = get_customer_for(request.user, pk)
    if request.method == "POST":
        Summary.objects.ask(by=request.user, customer=customer)
        if not request.headers.get("HX-Request"):
            return redirect(f"{reverse('customer', args=[pk])}#summary")
    return render(request, "assist/summary.html", summary_context(request.user, customer=customer))


@require_GET
def ticket_fields(request: StaffRequest, pk: int) -> HttpResponse:
    """The fields that the customer's texts name, each with the words and a box to tick."""
    ticket = get_ticket_for(request.user, pk)
    context = {"ticket": ticket, "proposals": proposals_for(ticket)}
    is_part = bool(request.headers.get("HX-Request"))
    return render(request, f"assist/{'fields' if is_part else 'fields_page'}.html", context)


@require_POST
def apply_fields(request: StaffRequest, pk: int) -> HttpResponse:
    """Write the ticked fields, and only those."""
    ticket = get_ticket_for(request.user, pk)
    said = request.POST.get("version", "")
    shown = int(said) if said.isdecimal() and len(said) < 10 else 0
    try:
        event = applying.apply(
            ticket, request.POST.getlist("field"), by=request.user, version=shown
        )
    except Stale:
        return overtaken(request, pk, shown)
    if event is None:
        messages.error(request, _("Nothing was applied: tick what is right."))
    else:
        n = len(event.detail["changes"])
        done = ngettext("%(n)s field is applied.", "%(n)s fields are applied.", n)
        messages.success(request, done % {"n": n})
    return redirect(_at(ticket, "assist-log"))


@require_POST
def undo_fields(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an application back, but for fields that somebody changed since."""
    rows = AssistEvent.objects.filter(ticket__in=Ticket.objects.visible_to(request.user))
    event = get_object_or_404(rows.select_related("ticket").defer("ticket__search"), pk=pk)
    stays = applying.undo(event, by=request.user)
    if stays is None:
        messages.error(request, _("This was taken back already."))
    elif stays:
        names = ", ".join(str(FIELDS[name]) for name in stays)
        messages.warning(request, _("Changed since, and left: %(names)s.") % {"names": names})
    else:
        messages.success(request, _("The fields are as they were."))
    return redirect(_at(event.ticket, "assist-log"))


@require_GET
@managers_only
def assist_quality(request: StaffRequest) -> HttpResponse:
    """How suggestions fare: offered, inserted, sent, and how far they were changed."""
    context = {"all": acceptance.in_all(), "origins": acceptance.by_origin()}
    return render(request, "models/assist.html", context)


def _at(ticket: Ticket | None, place: str) -> str:
    assert ticket is not None
    return f"{reverse('ticket', args=[ticket.pk])}#{place}"
