"""Tasks of staff: what I have to do, what others have, and doing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.journal.recording import recorded, saved
from customers.models import JournalEntry, Task
from customers.paging import page_of
from customers.people.forms import TaskForm
from customers.views.access import StaffRequest, get_customer_for, get_ticket_for, own_page

PARTS = {
    "mine": gettext_lazy("Mine"),
    "all": gettext_lazy("Everybody's"),
    "done": gettext_lazy("Done"),
}
FIELDS = ("title", "due_on", "assignee")


@require_GET
def task_list(request: StaffRequest) -> HttpResponse:
    """What is to do: mine, everybody's, or what was done; overdue first."""
    part = request.GET.get("part", "mine")
    tasks = Task.objects.visible_to(request.user)
    rows = tasks.done() if part == "done" else tasks.open()
    if part not in ("all", "done"):
        part, rows = "mine", rows.filter(assignee=request.user)
    related = rows.select_related("assignee", "customer", "ticket", "done_by")
    context = {
        "page": page_of(related.defer("customer__search", "ticket__search"), request),
        "part": part,
        "parts": PARTS,
        "overdue": tasks.overdue().filter(assignee=request.user).count(),
    }
    return render(request, "tasks/list.html", context)


@require_http_methods(["GET", "POST"])
def new_task(request: StaffRequest) -> HttpResponse:
    """The form of a task, about the customer or ticket that the address names."""
    task = Task(created_by=request.user, **_about(request))
    form = TaskForm(request.POST or None, instance=task, user=request.user)
    return _saved_or_form(request, form)


@require_http_methods(["GET", "POST"])
def edit_task(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of a task."""
    task = get_task_for(request.user, pk)
    return _saved_or_form(request, TaskForm(request.POST or None, instance=task, user=request.user))


@require_POST
def change_task(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark a task done, open it again, or delete it."""
    task = get_task_for(request.user, pk)
    rows = Task.objects.filter(pk=pk)
    with recorded(JournalEntry.Kind.EDITED, by=request.user) as journal:
        if request.POST.get("do") == "delete":
            journal.delete(rows)
        else:
            with journal.watching(rows, "done_at", "done_by"):
                task.set_done(request.POST.get("do") != "open", by=request.user)
    return redirect(own_page(request) or reverse("tasks"))


def get_task_for(user: Any, pk: int) -> Task:
    """The task with whom it is about."""
    rows = Task.objects.visible_to(user).select_related("customer", "ticket", "assignee")
    return get_object_or_404(rows.defer("customer__search", "ticket__search"), pk=pk)


def _about(request: StaffRequest) -> dict[str, Any]:
    about: dict[str, Any] = {}
    for name, get in (("customer", get_customer_for), ("ticket", get_ticket_for)):
        if said := request.GET.get(name):
            if not said.isdecimal() or len(said) > 18:
                raise Http404
            about[name] = get(request.user, int(said))
    return about


def _saved_or_form(request: StaffRequest, form: TaskForm) -> HttpResponse:
    task = form.instance
    back = reverse("tasks")
    if task.customer_id:
        back = reverse("customer", args=[task.customer_id])
    elif task.ticket_id:
        back = reverse("ticket", args=[task.ticket_id])
    if form.is_bound and form.is_valid():
        saved(task, FIELDS, by=request.user)
        messages.success(request, _("The task is saved."))
        return redirect(back)
    context = {"form": form, "task": task, "back": back}
    return render(request, "tasks/edit.html", context, status=422 if form.errors else 200)
