"""Macros: the list, the form, and a macro's text in the reply to a ticket."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.help_forms import MacroForm
from customers.macros import VARIABLES
from customers.models import Macro
from customers.paging import page_of
from customers.views.access import StaffRequest, get_macro_for, get_ticket_for
from customers.views.tickets import ticket_context


@require_GET
def macro_list(request: StaffRequest) -> HttpResponse:
    """All macros by category, those that are switched off too."""
    rows = (
        Macro.objects.visible_to(request.user).order_by("category", "name").select_related("team")
    )
    return render(request, "macros/list.html", {"page": page_of(rows, request)})


@require_http_methods(["GET", "POST"])
def new_macro(request: StaffRequest) -> HttpResponse:
    """The form of a macro that is not there yet."""
    return _form(request, MacroForm(request.POST or None))


@require_http_methods(["GET", "POST"])
def edit_macro(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of a macro."""
    macro = get_macro_for(request.user, pk)
    return _form(request, MacroForm(request.POST or None, instance=macro))


@require_POST
def insert_macro(request: StaffRequest, pk: int) -> HttpResponse:
    """The ticket with the chosen macro's text after what is typed in the reply already."""
    ticket = get_ticket_for(request.user, pk)
    context = ticket_context(ticket, request)
    return render(request, "tickets/page.html", context)


def _form(request: StaffRequest, form: MacroForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("The macro is saved."))
        return redirect("macros")
    context = {"form": form, "macro": form.instance, "variables": VARIABLES}
    return render(request, "macros/edit.html", context, status=422 if form.errors else 200)
