"""The audit: who saw, changed, exported and asked, and what models were told."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.audit.filters import AuditFilter
from customers.models import AuditEntry, AuditHead
from customers.paging import page_of
from customers.views.access import StaffRequest, get_customer_for, managers_only


@require_GET
@managers_only
def entry_list(request: StaffRequest) -> HttpResponse:
    """The audit, the latest first."""
    rows = AuditEntry.objects.visible_to(request.user).select_related("key")
    narrowed = AuditFilter(request.GET, rows.order_by("-happened_at", "-id"))
    context = {
        "filter": narrowed,
        "page": page_of(narrowed.qs, request),
        "head": AuditHead.objects.filter(pk=1).first(),
    }
    return render(request, "audit/list.html", context)


@require_GET
@managers_only
def about_customer(request: StaffRequest, pk: int) -> HttpResponse:
    """Who looked at one customer, their tickets and their orders."""
    customer = get_customer_for(request.user, pk)
    rows = AuditEntry.objects.visible_to(request.user).about(customer).select_related("key")
    context = {"customer": customer, "page": page_of(rows, request)}
    return render(request, "audit/customer.html", context)
