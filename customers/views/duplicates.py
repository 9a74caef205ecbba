"""Duplicates: search for them, compare two customers, merge them or keep them apart."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from customers.doorbell import ring
from customers.duplicates.merging import CHOSEN, MergeError, merge
from customers.models import Customer, DuplicatePair, DuplicateScan
from customers.paging import page_of
from customers.tasks import look_for_duplicates, undo_what_was_asked
from customers.templatetags.records import money
from customers.views.access import StaffRequest, get_pair_for

BESIDE = ("source", "external_id", "tags", "order_count", "spent_total", "created_at")
GONE = gettext_lazy("One of the customers is gone; they may have been merged already.")


@require_GET
def pair_list(request: StaffRequest) -> HttpResponse:
    """The pairs that nobody has decided, the likeliest first, or those of another state."""
    state = request.GET.get("state", DuplicatePair.State.OPEN)
    if state not in DuplicatePair.State.values:
        state = DuplicatePair.State.OPEN
    rows = DuplicatePair.objects.visible_to(request.user).filter(state=state)
    related = rows.select_related("first", "second", "decided_by", "entry")
    ordered = related.defer("first__search", "second__search").order_by("-score", "id")
    context = {
        "page": page_of(ordered, request),
        "state": state,
        "states": DuplicatePair.State.choices,
        "scan": DuplicateScan.objects.first(),
    }
    return render(request, "duplicates/list.html", context)


@require_POST
def start_search(request: StaffRequest) -> HttpResponse:
    """Have all customers compared, unless that is being done."""
    with transaction.atomic():
        if not DuplicateScan.objects.filter(status__in=DuplicateScan.BUSY).exists():
            DuplicateScan.objects.create(requested_by=request.user)
            ring(look_for_duplicates)
    return redirect("duplicates")


@require_GET
def search_progress(request: StaffRequest) -> HttpResponse:
    """How far the search is; the page is loaded anew when it ends."""
    scan = DuplicateScan.objects.first()
    if scan is not None and not scan.is_busy and request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    return render(request, "duplicates/scan.html", {"scan": scan})


@require_POST
def cancel_search(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a search stop."""
    busy = DuplicateScan.objects.visible_to(request.user).filter(
        pk=pk, status__in=DuplicateScan.BUSY
    )
    busy.update(cancel_requested_at=timezone.now())
    return redirect("duplicates")


@require_http_methods(["GET", "POST"])
def pair_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Two customers side by side; each field's value is chosen, and which of them stays."""
    pair = get_pair_for(request.user, pk)
    if request.method == "POST":
        return _merge(request, pair)
    context = {
        "pair": pair,
        "rows": _compared(pair),
        "beside": _beside(pair),
        "reasons": pair.reasons,
        "may_undo": _may_undo(request, pair),
    }
    return render(request, "duplicates/page.html", context)


@require_POST
def keep_apart(request: StaffRequest, pk: int) -> HttpResponse:
    """Remember that the two are different people."""
    pair = get_pair_for(request.user, pk)
    if pair.keep_apart(by=request.user):
        messages.success(request, _("They stay two customers; no search will offer them again."))
    return _next(request)


@require_POST
def undo_merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Make two customers of them again: managers any merge, others their own."""
    pair = get_pair_for(request.user, pk)
    if not _may_undo(request, pair):
        raise PermissionDenied
    if pair.entry and pair.entry.request_undo(by=request.user):
        ring(undo_what_was_asked)
        messages.success(request, _("The merge is being undone."))
    return redirect("duplicatepair", pk=pk)


def _merge(request: StaffRequest, pair: DuplicatePair) -> HttpResponse:
    if pair.state != DuplicatePair.State.OPEN or pair.first is None or pair.second is None:
        messages.error(request, GONE)
        return redirect("duplicates")
    is_first = request.POST.get("stays") != "second"
    stays, goes = (pair.first, pair.second) if is_first else (pair.second, pair.first)
    other = "second" if is_first else "first"
    chosen = {name: request.POST.get(name) for name in CHOSEN}
    taken = {
        name: side == other if side else getattr(stays, name) in ("", None)
        for name, side in chosen.items()
    }
    try:
        merge(stays, goes, by=request.user, taken=taken)
    except MergeError:
        messages.error(request, GONE)
        return redirect("duplicates")
    text = _("%(gone)s is merged into %(name)s. You can undo it.")
    messages.success(request, text % {"gone": str(goes), "name": str(stays)})
    return _next(request)


def _next(request: StaffRequest) -> HttpResponse:
    """The next pair to decide, or the list."""
    rows = DuplicatePair.objects.visible_to(request.user).open()
    pair = rows.order_by("-score", "id").first()
    return redirect("duplicatepair", pk=pair.pk) if pair else redirect("duplicates")


def _compared(pair: DuplicatePair) -> list[dict[str, Any]]:
    """The fields that either has, and whether they differ."""
    rows: list[dict[str, Any]] = []
    for name in CHOSEN:
        first, second = (getattr(one, name, None) or "" for one in (pair.first, pair.second))
        if first or second:
            rows.append(
                {
                    "name": name,
                    "label": _label(name),
                    "first": first,
                    "second": second,
                    "differs": first != second,
                    "takes_second": not first,
                }
            )
    return rows


def _beside(pair: DuplicatePair) -> list[tuple[Any, Any, Any]]:
    return [
        (
            _label(name),
            *(_said(one, name) for one in (pair.first, pair.second)),
        )
        for name in BESIDE
    ]


def _label(name: str) -> str:
    field: Any = Customer._meta.get_field(name)
    return str(field.verbose_name)


def _said(customer: Customer | None, name: str) -> Any:
    value: Any = getattr(customer, name, "")
    if customer and name == "spent_total":
        return money(value, customer.currency)
    return ", ".join(value) if isinstance(value, list) else value


def _may_undo(request: StaffRequest, pair: DuplicatePair) -> bool:
    entry = pair.entry
    if pair.state != DuplicatePair.State.MERGED or entry is None or entry.undo_requested_at:
        return False
    return request.user.may_undo_acts_of(entry.by_id)
