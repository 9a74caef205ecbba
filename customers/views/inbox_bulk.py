"""The inbox as a list: queues, search and filters, and what is done to ticked rows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from customers.desk import verbs
from customers.desk.acting import Stale
from customers.desk.forms import BulkForm
from customers.desk.queues import narrowed_to, queue_called, with_unread
from customers.desk.wording import since
from customers.filters import TicketFilter
from customers.models import Ticket
from customers.paging import page_of
from customers.views.access import StaffRequest, refuse_partners
from customers.views.inbox_context import Conflict, queue_context, say_done

PAGE_ROWS = 30  # a row shows much: fifty would take a tenth of a second to draw


@require_GET
def ticket_list(request: StaffRequest) -> HttpResponse:
    """The tickets of a queue, or all, searched and narrowed."""
    refuse_partners(request.user)
    context = list_context(request, BulkForm(user=request.user, auto_id="bulk_%s"))
    return render(request, "tickets/list.html", context)


@require_http_methods(["GET", "POST"])
def change_tickets(request: StaffRequest) -> HttpResponse:
    """Change the ticked tickets of the list at once; what was ticked and chosen stays when it
    fails, or when somebody changed one of them since.
    """
    refuse_partners(request.user)
    back = f"{reverse('tickets')}?{request.GET.urlencode()}"
    if request.method == "GET":
        return redirect(back)
    form = BulkForm(request.POST, user=request.user, auto_id="bulk_%s")
    if not form.is_valid():
        return render(request, "tickets/list.html", list_context(request, form), status=422)
    try:
        entry = verbs.change(form.versions, form.wanted(), by=request.user, versions=form.versions)
    except Stale as stale:
        context = list_context(request, form) | {"conflicts": _conflicts(stale)}
        return render(request, "tickets/list.html", context, status=409)
    if entry.pk is None:
        messages.info(request, _("All of that was so already."))
        return redirect(back)
    n = len(form.versions)
    done = ngettext("%(n)s ticket is changed.", "%(n)s tickets are changed.", n) % {"n": n}
    say_done(request, done, entry)
    return redirect(back)


def list_context(request: StaffRequest, form: BulkForm) -> dict[str, Any]:
    """A page of the list, and the form that changes its rows."""
    queue = request.GET.get("queue", "")
    rows = narrowed_to(queue, Ticket.objects.visible_to(request.user), request.user)
    rows = with_unread(rows.with_pending(), request.user)
    related = ("customer", "intent", "suggested_intent", "assignee", "team", "sla", "rating")
    rows = rows.select_related(*related)
    narrowed = TicketFilter(request.GET, rows.defer("search", "customer__search"))
    ticked = {value.partition(":")[0] for value in request.POST.getlist("ticket")}
    return {
        "filter": narrowed,
        "page": page_of(narrowed.qs, request, size=PAGE_ROWS),
        "list_address": f"{reverse('tickets')}?{request.GET.urlencode()}",
        "bulk_form": form,
        "ticked": ticked,
        "shown_queue": queue_called(queue),
        **queue_context(request),
    }


def _conflicts(stale: Stale) -> list[tuple[Ticket, Conflict]]:
    """What was done to each ticket since it was shown; at most ten of them."""
    rows = Ticket.objects.filter(pk__in=sorted(stale.shown)[:10]).defer("search").order_by("pk")
    return [
        (ticket, Conflict(since(ticket, shown), is_unversioned=not shown))
        for ticket in rows
        for shown in [stale.shown[ticket.pk]]
    ]
