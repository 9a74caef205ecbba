"""Automation: error budgets, what they are expected to do and did, and undoing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.forms import BudgetForm, UndoSinceForm
from customers.models import AutomaticLabel, ErrorBudget
from customers.models.automated_columns import AUTOMATED
from customers.models.automation import labelled_since
from customers.paging import page_of
from customers.views.access import StaffRequest, get_customer_for, get_ticket_for, own_page

BUDGET_FIELD = "id_{}_%s"  # several forms stand on one page
ROWS: Mapping[str, Callable[[Any, int], Any]] = {
    "ticket": get_ticket_for,
    "customer": get_customer_for,
}


@require_GET
def automation(request: StaffRequest) -> HttpResponse:
    """The budget of each task, and the latest automatic labels."""
    return render(request, "automation/page.html", page_context(request))


@require_http_methods(["GET", "POST"])
def error_budget(request: StaffRequest, task: str) -> HttpResponse:
    """One budget alone, which polls itself while it waits; managers set it by POST."""
    if task not in AUTOMATED:
        raise Http404
    budget = budget_of(task)
    if request.method == "GET":
        return render(request, "automation/budget.html", budget_context(budget))
    _managers_only(request)
    form = BudgetForm(request.POST, instance=budget, auto_id=BUDGET_FIELD.format(task))
    if not form.is_valid():
        return render(request, "automation/page.html", page_context(request, form), status=422)
    said = form.cleaned_data
    budget.set(said["max_error"], is_on=said["is_on"], by=request.user)
    messages.success(request, _("The budget is saved; a worker derives its threshold."))
    return redirect("automation")


@require_POST
def undo_label(request: StaffRequest, pk: int) -> HttpResponse:
    """Take one automatic label back."""
    rows = AutomaticLabel.objects.visible_to(request.user)
    label = get_object_or_404(with_rows(rows), pk=pk)
    AutomaticLabel.objects.filter(pk=pk).undo(by=request.user)
    if request.htmx:  # type: ignore[attr-defined]
        label.refresh_from_db(fields=["outcome"])
        context = {"label": label, "names": label_names()}
        return render(request, "automation/row.html", context)
    return redirect("automation")


@require_POST
def undo_since(request: StaffRequest) -> HttpResponse:
    """Managers take back all labels since a moment that still stand, of one task or all."""
    _managers_only(request)
    form = UndoSinceForm(request.POST)
    if not form.is_valid():
        context = page_context(request) | {"undo_form": form}
        return render(request, "automation/page.html", context, status=422)
    said = form.cleaned_data
    n = labelled_since(said["since"], said["task"]).undo(by=request.user)
    told = ngettext("%(n)s label is taken back.", "%(n)s labels are taken back.", n)
    messages.success(request, told % {"n": n})
    return redirect("automation")


@require_POST
def undo_on_row(request: StaffRequest, task: str, pk: int) -> HttpResponse:
    """Take the automatic label of a ticket or customer back, where the row is shown. By HTMX
    it answers with the task's component, which is named after the task.
    """
    if task not in AUTOMATED:
        raise Http404
    name = AUTOMATED[task].row
    row = ROWS[name](request.user, pk)
    row.automatic_labels.of(task).undo(by=request.user)
    page = own_page(request)
    if request.htmx:  # type: ignore[attr-defined]
        context = {name: ROWS[name](request.user, pk), "next": page}
        return render(request, f"components/{task}.html", context)
    return redirect(page or reverse(name, args=[pk]))


def budget_of(task: str) -> ErrorBudget:
    """The budget of a task; one that nobody saved yet before a worker made it."""
    return ErrorBudget.objects.filter(task=task).first() or ErrorBudget(task=task)


def page_context(request: StaffRequest, refused: BudgetForm | None = None) -> dict[str, Any]:
    """All budgets with their forms (`refused` keeps what was typed), and the labels."""
    rows = AutomaticLabel.objects.visible_to(request.user).order_by("-set_at", "-id")
    budgets = [budget_context(budget_of(task)) for task in AUTOMATED]
    for told in budgets:
        if refused is not None and refused.instance.task == told["budget"].task:
            told["form"] = refused
    return {
        "budgets": budgets,
        "page": page_of(with_rows(rows), request),
        "names": label_names(),
        "undo_form": UndoSinceForm(),
        "may_set": request.user.is_manager,
    }


def budget_context(budget: ErrorBudget) -> dict[str, Any]:
    """A budget with its form and what staff found of its labels."""
    labels = AutomaticLabel.objects.of(budget.task)
    seen = labels.seen()
    looked_at = seen["looked_at"]
    return {
        "budget": budget,
        "rows": AUTOMATED[budget.task].rows,
        "form": BudgetForm(instance=budget, auto_id=BUDGET_FIELD.format(budget.task)),
        "seen": seen,
        "realised": seen["corrected"] / looked_at if looked_at else None,
        "standing": labels.standing().count(),
    }


def with_rows(labels: QuerySet[AutomaticLabel]) -> QuerySet[AutomaticLabel]:
    """The labels with the tickets and customers that they are on."""
    related = labels.select_related("ticket", "customer", "settled_by")
    return related.defer("ticket__search", "customer__search")


def label_names() -> dict[str, dict[str, str]]:
    """What the labels of each task are called, by task and slug."""
    return {task: column.names() for task, column in AUTOMATED.items()}


def _managers_only(request: StaffRequest) -> None:
    if not request.user.is_manager:
        raise PermissionDenied
