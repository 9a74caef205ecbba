"""Companies: the list, one with its people, orders and tickets, and editing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from customers.journal.recording import saved
from customers.models import Company, Ticket
from customers.paging import page_of
from customers.people.companies import save_company, spending_of
from customers.people.filters import CompanyFilter
from customers.people.forms import CompanyForm
from customers.views.access import StaffRequest

RECENT_TICKETS = 10


@require_GET
def company_list(request: StaffRequest) -> HttpResponse:
    """All companies by name, with what their people bought."""
    rows = Company.objects.visible_to(request.user).defer("search").order_by("name", "id")
    narrowed = CompanyFilter(request.GET, rows)
    page = page_of(narrowed.qs, request)
    spending = spending_of(list(page.object_list))
    told = [(company, spending[company.pk]) for company in page.object_list]
    context = {"filter": narrowed, "page": page, "told": told}
    return render(request, "companies/list.html", context)


@require_GET
def company_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One company: its people, what they bought in sum, and their latest tickets."""
    company = get_company_for(request.user, pk)
    people = company.people.visible_to(request.user).defer("search")
    people = people.select_related("segment", "suggested_segment")
    tickets = Ticket.objects.visible_to(request.user).filter(
        customer__in=company.people.order_by().values("pk")
    )
    # found before others are joined to them: PostgreSQL would join them to all tickets first
    latest = tickets.order_by("-last_message_at").values_list("pk", flat=True)[:RECENT_TICKETS]
    related = Ticket.objects.filter(pk__in=list(latest))
    related = related.select_related("customer", "intent", "suggested_intent")
    context = {
        "company": company,
        "page": page_of(people.order_by("-spent_total", "-id"), request),
        "spending": spending_of([company])[company.pk],
        "tickets": related.defer("search", "customer__search").order_by("-last_message_at"),
    }
    return render(request, "companies/page.html", context)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def new_company(request: StaffRequest) -> HttpResponse:
    """The form of a company that is not there yet."""
    form = CompanyForm(request.POST or None)
    if form.is_bound and form.is_valid():
        saved(form.instance, by=request.user)
        messages.success(request, _("The company is saved."))
        return redirect(form.instance)
    return _form(request, form)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def edit_company(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of a company; a new name goes to its people too."""
    company = get_company_for(request.user, pk)
    former = company.name
    form = CompanyForm(request.POST or None, instance=company)
    if form.is_bound and form.is_valid():
        save_company(company, former_name=former, by=request.user)
        messages.success(request, _("The company is saved."))
        return redirect(company)
    return _form(request, form)


def get_company_for(user: Any, pk: int) -> Company:
    """The company."""
    return get_object_or_404(Company.objects.visible_to(user).defer("search"), pk=pk)


def _form(request: StaffRequest, form: CompanyForm) -> HttpResponse:
    context = {"form": form, "company": form.instance}
    return render(request, "companies/edit.html", context, status=422 if form.errors else 200)
