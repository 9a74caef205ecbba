"""Custom fields: managers add them, and staff fill them in on records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.custom_fields.forms import CustomFieldForm, custom_form
from customers.journal.recording import saved
from customers.models import CustomField
from customers.paging import page_of
from customers.views.access import (
    StaffRequest,
    get_customer_for,
    get_order_for,
    get_product_for,
    get_ticket_for,
    managers_only,
)

ROWS: Mapping[str, Callable[[Any, int], Any]] = {
    "customer": get_customer_for,
    "order": get_order_for,
    "product": get_product_for,
    "ticket": get_ticket_for,
}


@require_GET
@managers_only
def field_list(request: StaffRequest) -> HttpResponse:
    """All custom fields, by kind of record."""
    return render(
        request, "custom_fields/list.html", {"page": page_of(CustomField.objects.all(), request)}
    )


@require_http_methods(["GET", "POST"])
@managers_only
def new_field(request: StaffRequest) -> HttpResponse:
    """The form of a field that is not there yet; it comes last."""
    last = CustomField.objects.aggregate(last=Max("position"))["last"] or 0
    field = CustomField(position=last + 1, record=request.GET.get("record", "customer"))
    return _form(request, CustomFieldForm(request.POST or None, instance=field))


@require_http_methods(["GET", "POST"])
@managers_only
def edit_field(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of a field."""
    field = get_object_or_404(CustomField, pk=pk)
    return _form(request, CustomFieldForm(request.POST or None, instance=field))


@require_POST
@managers_only
def delete_field(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the field no more; its values stay on the records."""
    field = get_object_or_404(CustomField, pk=pk)
    field.delete()
    messages.success(request, _("%(name)s is deleted.") % {"name": field.name})
    return redirect("custom-fields")


@require_http_methods(["GET", "POST"])
@transaction.atomic
def edit_values(request: StaffRequest, record: str, pk: int) -> HttpResponse:
    """The form of one record's custom fields."""
    if record not in ROWS:
        raise Http404
    row = ROWS[record](request.user, pk)
    list(type(row)._base_manager.select_for_update().filter(pk=pk).values_list("pk"))
    row.refresh_from_db(fields=["custom"])
    form = custom_form(type(row), request.POST or None, instance=row)
    back = reverse(record, args=[pk])
    if form.is_bound and form.is_valid():
        saved(row, ["custom"], by=request.user)
        messages.success(request, _("It is saved."))
        return redirect(back)
    context = {"form": form, "row": row, "back": back}
    status = 422 if form.errors else 200
    return render(request, "custom_fields/edit_values.html", context, status=status)


def _form(request: StaffRequest, form: CustomFieldForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("The field is saved."))
        return redirect("custom-fields")
    context = {"form": form, "field": form.instance}
    return render(request, "custom_fields/edit.html", context, status=422 if form.errors else 200)
