"""Bulk edits of customers: which rows, what is to be done, and how far it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.doorbell import ring
from customers.lists.bulk import AT_ONCE, actions, kept_value, rows_to_edit
from customers.lists.jobs import carry_out
from customers.lists.rows import BadQuery, plain_query
from customers.models import BulkEdit
from customers.paging import capped_count
from customers.tasks import take_up_jobs
from customers.views.access import StaffRequest

MOST_TICKED = 200


@require_POST
def start(request: StaffRequest) -> HttpResponse:
    """Ask for the value of a chosen action, then do it: at once for few rows, else by a
    worker. The rows are those that were ticked, or all that the address's filters give.
    """
    action, edit = request.POST.get("action", ""), _edit(request)
    known = actions()
    if action not in known or edit is None:
        messages.error(request, _("Tick customers, or all that match, and choose what to do."))
        return redirect(_list_address(request))
    edit.action = action
    try:
        n = capped_count(rows_to_edit(edit))
    except BadQuery as bad:
        messages.error(request, str(bad))
        return redirect(_list_address(request))
    is_confirmed = "confirmed" in request.POST
    form = _value_form(known[action].field(), request.POST if is_confirmed else None)
    if is_confirmed and form.is_valid():
        edit.value = kept_value(action, form.cleaned_data["value"])
        return _do(edit, at_once=n <= AT_ONCE)
    context = {"edit": edit, "action": known[action], "form": form, "n": n}
    context |= {"back": _list_address(request), "query": plain_query(request.GET)}
    return render(request, "bulk_edits/confirm.html", context, status=422 if form.errors else 200)


@require_GET
def edit_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One bulk edit with its progress."""
    return render(request, "bulk_edits/page.html", edit_context(request, pk))


@require_GET
def edit_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress alone; it polls itself until the edit is done."""
    return render(request, "bulk_edits/progress.html", edit_context(request, pk))


@require_POST
def cancel_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop a bulk edit; what it did so far stays, and can be undone."""
    get_edit_for(request.user, pk).request_cancel()
    return redirect("bulk-edit", pk=pk)


def get_edit_for(user: Any, pk: int) -> BulkEdit:
    """The bulk edit: one's own, for managers any."""
    rows = BulkEdit.objects.visible_to(user).select_related("entry")
    return get_object_or_404(rows, pk=pk)


def edit_context(request: StaffRequest, pk: int) -> dict[str, Any]:
    """A bulk edit and what it does."""
    job = get_edit_for(request.user, pk)
    action = actions().get(job.action)
    return {"job": job, "label": action.label if action else job.action}


def _edit(request: StaffRequest) -> BulkEdit | None:
    """The rows that are meant; None where none are."""
    if request.POST.get("all") == "1":
        return BulkEdit(query=plain_query(request.GET), created_by=request.user)
    said = request.POST.getlist("customer")[:MOST_TICKED]
    pks = [int(pk) for pk in said if pk.isdecimal() and len(pk) < 19]
    return BulkEdit(pks=pks, created_by=request.user) if pks else None


def _value_form(field: forms.Field, data: QueryDict | None) -> forms.Form:
    made: Any = type("ValueForm", (forms.Form,), {"value": field})
    return made(data)


def _do(edit: BulkEdit, *, at_once: bool) -> HttpResponse:
    with transaction.atomic():
        edit.save()
        if not at_once:
            ring(take_up_jobs)
    if at_once:
        carry_out(BulkEdit, edit.pk)
    return redirect("bulk-edit", pk=edit.pk)


def _list_address(request: StaffRequest) -> str:
    return f"{reverse('customers')}?{request.GET.urlencode()}"
