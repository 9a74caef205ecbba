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
from customers.filters import CustomerFilter
from customers.forms import SegmentForm
from customers.holdout import arm_of
from customers.models import Arm, Customer
from customers.paging import page_of
from customers.views.access import StaffRequest, get_customer_for
from customers.views.asking import questions_of
from customers.views.assist_context import summary_context

RECENT = 10
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
    context = {"filter": narrowed, "page": page, "segment": segment}
    return render(request, "customers/list.html", context)


@require_GET
def customer_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One customer: what they bought and said, and what the models make of it."""
    customer = get_customer_for(request.user, pk)
    context = {
        **customer_context(customer),
        "questions": questions_of(customer.questions.all(), request),
        "customer_key": str(customer.pk),
    }
    return render(request, "customers/page.html", context)


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


def customer_context(customer: Customer) -> dict[str, Any]:
    """The records of a customer, newest first."""
    related = ("intent", "suggested_intent", "sla", "rating")
    tickets = customer.tickets.select_related(*related).defer("search")
    reviews = customer.reviews.select_related("product").defer("product__search")
    return {
        "customer": customer,
        "orders": customer.orders.order_by("-placed_at")[:RECENT],
        "tickets": tickets.order_by("-last_message_at")[:RECENT],
        "reviews": reviews.order_by("-written_at")[:RECENT],
        **insight_context(customer),
        **summary_context(customer=customer),
    }


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
