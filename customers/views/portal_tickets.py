"""The portal's contact form, and the tickets of customers who proved who they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.channels import contact
from customers.channels.forms import ContactForm, TextForm
from customers.models import Attachment, Customer, Ticket
from customers.paging import page_of
from customers.portal.identity import asker_of
from customers.portal.limits import too_often, wait_to_write

ROWS = 20


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def contact_page(request: HttpRequest) -> HttpResponse:
    """The contact form; mistakes keep what was typed. A robot is told the same as people."""
    asker = asker_of(request)
    form = ContactForm(request.POST or None, request.FILES or None, asker=asker)
    context = {"form": form, "asker": asker, "is_sent": "sent" in request.GET}
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "portal/contact.html", context, status=status)
    wait = wait_to_write(request, f"customer {asker.pk}" if asker else form.cleaned_data["email"])
    if wait:
        return too_often(request, "portal/contact.html", wait, **context)
    if not form.is_from_robot:
        said = {name: value for name, value in form.cleaned_data.items() if name != "website"}
        contact.write_to_shop(asker=asker, **said)
    return redirect(f"{reverse('portal-contact')}?sent=1")


@login_not_required
@never_cache
@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The customer's own tickets; whoever is not known is asked who they are first."""
    asker = asker_of(request)
    if asker is None:
        return _who(request)
    page = page_of(contact.tickets_of(asker), request, ROWS)
    return render(request, "portal/tickets.html", {"page": page, "asker": asker})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def ticket_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, as far as it is for the customer, and the form for an answer."""
    asker = asker_of(request)
    if asker is None:
        return _who(request)
    ticket = _own(asker, pk)
    form = TextForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.errors else 200
        context = _context(ticket, form, asker)
        return render(request, "portal/ticket.html", context, status=status)
    wait = wait_to_write(request, f"customer {asker.pk}")
    if wait:
        return too_often(request, "portal/ticket.html", wait, **_context(ticket, form, asker))
    contact.answer(ticket, **form.cleaned_data)
    messages.success(request, _("Your answer is on its way to us."))
    return redirect("portal-ticket", pk=pk)


@login_not_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open one of them again."""
    asker = asker_of(request)
    if asker is None:
        return _who(request)
    contact.reopen(_own(asker, pk))
    messages.success(request, _("Your request is open again."))
    return redirect("portal-ticket", pk=pk)


@login_not_required
@never_cache
@require_GET
def ticket_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of what the customer may read, to be saved and never shown in place."""
    asker = asker_of(request)
    if asker is None:
        return _who(request)
    readable = contact.public_messages(_own(asker, pk)).values("pk")
    file = get_object_or_404(Attachment, pk=file_pk, message__in=readable)
    return FileResponse(
        file.file.open("rb"),
        as_attachment=True,
        filename=file.name,
        content_type="application/octet-stream",
    )


def _own(asker: Customer, pk: int) -> Ticket:
    ticket: Ticket = get_object_or_404(contact.tickets_of(asker), pk=pk)
    return ticket


def _context(ticket: Ticket, form: TextForm, asker: Customer) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "conversation": contact.public_messages(ticket),
        "form": form,
        "asker": asker,
        "is_over": ticket.status in (Ticket.Status.SOLVED, Ticket.Status.CLOSED),
    }


def _who(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('portal-identify')}?{urlencode({'next': request.path})}")
