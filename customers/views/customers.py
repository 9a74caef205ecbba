"""Customers: the list, and everything about one of them on a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.complaints import by_cause, complaints_of
from customers.counterfactuals import better_segment
from customers.forms import SegmentForm
from customers.holdout import arm_of
from customers.lists.bulk import actions
from customers.lists.columns import chosen, customer_columns
from customers.lists.rows import plain_query
from customers.models import Arm, Company, Customer, SavedView
from customers.paging import page_of
from customers.people.filters import CustomerFilter
from customers.people.forms import NoteForm
from customers.people.timeline import KINDS, timeline
from customers.views.access import StaffRequest, get_customer_for
from customers.views.asking import questions_of
from customers.views.assist_context import summary_context
from customers.views.privacy import privacy_context
from customers.views.saved_views import address_of, chosen_view, columns_in_force

PINNED_SHOWN = 20
CLASSES_SHOWN = 6


@require_GET
def customer_list(request: StaffRequest) -> HttpResponse:
    """All customers, searched, narrowed and sorted."""
    rows = Customer.objects.visible_to(request.user).defer("search")
    rows = rows.select_related("segment", "suggested_segment").order_by("-created_at", "-id")
    narrowed = CustomerFilter(request.GET, rows, request=request)
    page = page_of(narrowed.qs, request)
    form = narrowed.form
    segment = form.cleaned_data.get("segment") if form.is_valid() else None
    columns = customer_columns()
    context = {
        "filter": narrowed,
        "page": page,
        "segment": segment,
        "columns": chosen(columns, columns_in_force(request, "customers")),
        "all_columns": columns,
        "views": [
            (view, address_of(view))
            for view in SavedView.objects.visible_to(request.user).of_list("customers")
        ],
        "view": chosen_view(request, "customers"),
        "query": plain_query(request.GET),
        "actions": {key: action.label for key, action in actions().items()},
    }
    return render(request, "customers/list.html", context)


@require_GET
def customer_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One customer: what they bought and said, and what the models make of it."""
    customer = get_customer_for(request.user, pk)
    context = {
        **customer_context(customer, request),
        "questions": questions_of(customer.questions.all(), request),
        "customer_key": str(customer.pk),
    }
    return render(request, "customers/page.html", context)


@require_GET
def customer_timeline(request: StaffRequest, pk: int) -> HttpResponse:
    """Further items of the timeline alone."""
    customer = get_customer_for(request.user, pk)
    context = {"customer": customer, **timeline_context(customer, request)}
    return render(request, "customers/timeline.html", context)


@require_GET
def customer_insight(request: StaffRequest, pk: int) -> HttpResponse:
    """The models' part of the page; it polls itself while the customer is pending."""
    customer = get_customer_for(request.user, pk)
    context = {"customer": customer, **insight_context(customer)}
    return render(request, "customers/insight.html", context)


@require_POST
def decide_segment(request: StaffRequest, pk: int) -> HttpResponse:
    """Set or take back the segment that staff see."""
    customer = get_customer_for(request.user, pk)
    form = SegmentForm(request.POST, current=customer.segment_id)
    if form.is_valid():
        customer.set_segment(form.cleaned_data["segment"], by=request.user)
        messages.success(request, _("The segment is saved."))
    else:
        messages.error(request, _("There is no such segment; choose one of the list."))
    return redirect("customer", pk=pk)


@require_POST
def analyse_customer(request: StaffRequest, pk: int) -> HttpResponse:
    """Have the customer read again."""
    get_customer_for(request.user, pk).request_analysis()
    return redirect("customer", pk=pk)


def customer_context(customer: Customer, request: StaffRequest) -> dict[str, Any]:
    """Who a customer is, what is to do, and what happened, the latest first."""
    return {
        "customer": customer,
        "company": Company.objects.named(customer.company).defer("search").first(),
        "points": customer.contact_points.all(),
        "pinned": customer.staff_notes.exclude(pinned_at=None).select_related("by")[:PINNED_SHOWN],
        "note_form": NoteForm(),
        **timeline_context(customer, request),
        **insight_context(customer),
        **summary_context(request.user, customer=customer),
        **privacy_context(customer),
    }


def timeline_context(customer: Customer, request: StaffRequest) -> dict[str, Any]:
    """A page of the timeline, of the kind and before the item that the address names."""
    kind, before = (request.GET.get(name, "") for name in ("kind", "before"))
    items, older = timeline(customer, request.user, kind=kind, before=before)
    chosen = kind if kind in KINDS else ""
    return {"items": items, "older": older, "kind": chosen, "kinds": KINDS}


def insight_context(customer: Customer) -> dict[str, Any]:
    """What the models say about a customer."""
    recommended = customer.recommendations.select_related("product").defer("product__search")
    return {
        "recommendations": recommended.order_by("rank")[:5],
        "rfm_changes": customer.rfm_changes.order_by("-changed_at", "-id")[:CLASSES_SHOWN],
        "in_holdout": arm_of(customer.pk) == Arm.HOLDOUT,
        "complaints": by_cause(complaints_of([customer.pk])),
        "better_segment": better_segment(customer),
        "segment_form": SegmentForm(
            initial={"segment": customer.segment_id}, current=customer.segment_id
        ),
    }
