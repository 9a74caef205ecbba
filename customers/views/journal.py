"""The undo journal: what was done to records, one act with its rows, and undoing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.doorbell import ring
from customers.journal.filters import JournalFilter
from customers.journal.rows import EntryRows, left_rows
from customers.journal.told import told
from customers.models import JournalEntry
from customers.paging import PAGE_ROWS, page_of
from customers.tasks import undo_what_was_asked
from customers.views.access import StaffRequest


@require_GET
def entry_list(request: StaffRequest) -> HttpResponse:
    """What was done, the latest first."""
    rows = JournalEntry.objects.visible_to(request.user).select_related("by")
    narrowed = JournalFilter(request.GET, rows.order_by("-happened_at", "-id"))
    page = page_of(narrowed.qs, request)
    context = {"filter": narrowed, "page": page, "told": told(page.object_list)}
    return render(request, "journal/list.html", context)


@require_GET
def entry_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One act: each of its rows before and after, and how an undo went."""
    entry = get_entry_for(request.user, pk)
    pages: Any = Paginator(EntryRows(entry), PAGE_ROWS)
    context = {
        **entry_context(request, entry),
        "told": told([entry])[entry.pk],
        "page": pages.get_page(request.GET.get("page")),
    }
    return render(request, "journal/page.html", context)


@require_GET
def undo_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far an undo is; it polls itself until a worker is through with it."""
    entry = get_entry_for(request.user, pk)
    return render(request, "journal/undo.html", entry_context(request, entry))


@require_POST
def undo_entry(request: StaffRequest, pk: int) -> HttpResponse:
    """Have an act undone: managers any, others their own."""
    entry = get_entry_for(request.user, pk)
    if not may_undo(request, entry):
        raise PermissionDenied
    with transaction.atomic():
        asked = entry.request_undo(by=request.user)
        ring(undo_what_was_asked)
    if not asked:
        messages.info(request, _("Somebody asked for this already."))
    return redirect("journalentry", pk=pk)


def get_entry_for(user: Any, pk: int) -> JournalEntry:
    """The journal entry with who did and who undid it."""
    rows = JournalEntry.objects.visible_to(user).select_related("by", "undone_by")
    return get_object_or_404(rows, pk=pk)


def may_undo(request: StaffRequest, entry: JournalEntry) -> bool:
    """Managers undo everything, leads what their teams did, others what they did themselves."""
    return request.user.may_undo_acts_of(entry.by_id)


def entry_context(request: StaffRequest, entry: JournalEntry) -> dict[str, Any]:
    """An entry, what can be done with it, and what an undo left."""
    return {"entry": entry, "may_undo": may_undo(request, entry), "left": left_rows(entry)}
