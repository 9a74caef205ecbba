"""Editing customers: the form, further addresses and numbers, and notes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from customers.duplicates.likely import likely_duplicates
from customers.journal.recording import recorded, saved
from customers.models import ContactPoint, Customer, CustomerNote, JournalEntry
from customers.people.contacts import make_first, remove
from customers.people.forms import ContactPointForm, CustomerForm, NoteForm
from customers.views.access import StaffRequest, get_customer_for

EDITED = (*CustomerForm.Meta.fields, "custom")


@require_http_methods(["GET", "POST"])
@transaction.atomic
def new_customer(request: StaffRequest) -> HttpResponse:
    """The form of a customer who is not there yet."""
    given = {name: request.GET.get(name, "") for name in ("name", "email", "company")}
    form = CustomerForm(request.POST or None, instance=Customer(**given))
    return _saved_or_form(request, form)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def edit_customer(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of a customer; refused, with what was typed, where another edited meanwhile."""
    customer = get_customer_for(request.user, pk)
    return _saved_or_form(request, CustomerForm(request.POST or None, instance=customer))


@require_POST
def likely(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """Whom the customer may be who is being typed: a fragment of the form."""
    form = CustomerForm(request.POST, instance=get_customer_for(request.user, pk) if pk else None)
    context = {**_likely(request, form.as_typed()), "is_fragment": True}
    return render(request, "customers/likely.html", context)


@require_http_methods(["GET", "POST"])
def add_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """Note a further address or number."""
    customer = get_customer_for(request.user, pk)
    form = ContactPointForm(request.POST or None, instance=ContactPoint(customer=customer))
    if form.is_bound and form.is_valid():
        saved(form.instance, by=request.user)
        messages.success(request, _("It is saved."))
        return redirect("customer", pk=pk)
    context = {"form": form, "customer": customer, "title": _("Further e-mail or phone")}
    return render(request, "customers/part.html", context, status=422 if form.errors else 200)


@require_POST
def change_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """Make an address or number the first one (`first`), or take it away (`remove`)."""
    customers = Customer.objects.visible_to(request.user)
    point = get_object_or_404(ContactPoint.objects.filter(customer__in=customers), pk=pk)
    change = make_first if request.POST.get("do") == "first" else remove
    change(point, by=request.user)
    return redirect("customer", pk=point.customer_id)


@require_http_methods(["GET", "POST"])
def add_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Note something about a customer."""
    customer = get_customer_for(request.user, pk)
    note = CustomerNote(customer=customer, by=request.user)
    return _note_or_form(request, NoteForm(request.POST or None, instance=note))


@require_http_methods(["GET", "POST"])
def edit_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one's own note."""
    note = get_note_for(request.user, pk)
    _own_or_manager(request, note)
    return _note_or_form(request, NoteForm(request.POST or None, instance=note))


@require_POST
def change_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Pin a note, unpin it, or delete one's own."""
    note = get_note_for(request.user, pk)
    if request.POST.get("do") == "delete":
        _own_or_manager(request, note)
        with recorded(JournalEntry.Kind.EDITED, by=request.user) as journal:
            journal.delete(CustomerNote.objects.filter(pk=pk))
        messages.success(request, _("The note is deleted."))
    else:
        note.pinned_at = None if note.pinned_at else timezone.now()
        saved(note, ["pinned_at"], by=request.user)
    return redirect("customer", pk=note.customer_id)


def get_note_for(user: Any, pk: int) -> CustomerNote:
    """The note with its customer and writer."""
    rows = CustomerNote.objects.visible_to(user).select_related("customer", "by")
    return get_object_or_404(rows.defer("customer__search"), pk=pk)


def _own_or_manager(request: StaffRequest, note: CustomerNote) -> None:
    if note.by_id != request.user.pk and not request.user.is_manager:
        raise PermissionDenied


def _saved_or_form(request: StaffRequest, form: CustomerForm) -> HttpResponse:
    """Saved, unless it may be somebody who is here already and that was not said yet."""
    told = _likely(request, form.as_typed() if form.is_bound else None)
    is_new = told["seen_likely"] and told["seen_likely"] != request.POST.get("seen_likely")
    if form.is_bound and form.is_valid() and not is_new:
        saved(form.instance, EDITED, by=request.user)
        messages.success(request, _("The customer is saved."))
        return redirect("customer", pk=form.instance.pk)
    pk = form.instance.pk
    context = {
        **told,
        "form": form,
        "customer": form.instance,
        "likely_address": reverse("customer-likely", args=[pk])
        if pk
        else reverse("customer-likely-new"),
    }
    status = 422 if form.errors or is_new else 200
    return render(request, "customers/edit.html", context, status=status)


def _likely(request: StaffRequest, typed: Customer | None) -> dict[str, Any]:
    """Whom the user may see of those that it may be, and their keys in one text."""
    found = likely_duplicates(typed) if typed else []
    pks = [one.customer.pk for one in found]
    seen = set(Customer.objects.visible_to(request.user).filter(pk__in=pks).values_list("pk"))
    shown = [one for one in found if (one.customer.pk,) in seen]
    keys = ",".join(str(one.customer.pk) for one in sorted(shown, key=lambda one: one.customer.pk))
    return {"likely": shown, "seen_likely": keys}


def _note_or_form(request: StaffRequest, form: NoteForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        saved(form.instance, ["body"], by=request.user)
        messages.success(request, _("The note is saved."))
        return redirect("customer", pk=form.instance.customer_id)
    title = _("Note")
    context = {"form": form, "customer": form.instance.customer, "title": title}
    return render(request, "customers/part.html", context, status=422 if form.errors else 200)
