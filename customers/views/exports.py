"""Exports of lists: asking for one, watching it, cancelling it, fetching the file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.accounts.exporting import refuse_export
from customers.doorbell import ring
from customers.lists.columns import chosen, customer_columns
from customers.lists.rows import BadQuery, customers_of, plain_query
from customers.models import Export
from customers.paging import page_of
from customers.tasks import take_up_jobs
from customers.views.access import StaffRequest
from customers.views.saved_views import columns_in_force


@require_GET
def export_list(request: StaffRequest) -> HttpResponse:
    """One's own exports, for managers all, the latest first."""
    rows = Export.objects.visible_to(request.user).select_related("created_by")
    context = {"page": page_of(rows.order_by("-created_at", "-id"), request)}
    return render(request, "exports/list.html", context)


@require_POST
def new_export(request: StaffRequest) -> HttpResponse:
    """Have a worker write the list of customers as the address has narrowed it."""
    refuse_export(request.user)
    query, kind = plain_query(request.GET), request.POST.get("format", "")
    if kind not in Export.Format.values:
        messages.error(request, _("Choose CSV or Excel."))
        return redirect("customers")
    try:
        customers_of(query, request.user)
    except BadQuery as bad:
        messages.error(request, str(bad))
        return redirect("customers")
    columns = chosen(customer_columns(), columns_in_force(request, "customers"))
    with transaction.atomic():
        export = Export.objects.create(
            list_name="customers",
            query=query,
            columns=[column.key for column in columns],
            format=kind,
            created_by=request.user,
        )
        ring(take_up_jobs)
    return redirect("export", pk=export.pk)


@require_GET
def export_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One export with its progress."""
    return render(request, "exports/page.html", {"job": get_export_for(request.user, pk)})


@require_GET
def export_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress alone; it polls itself until the file is there."""
    return render(request, "exports/progress.html", {"job": get_export_for(request.user, pk)})


@require_POST
def cancel_export(request: StaffRequest, pk: int) -> HttpResponse:
    """End an export early; it leaves no file."""
    get_export_for(request.user, pk).request_cancel()
    return redirect("export", pk=pk)


@require_GET
def export_file(request: StaffRequest, pk: int) -> FileResponse:
    """The file."""
    refuse_export(request.user)
    export = get_export_for(request.user, pk)
    if not export.file or not export.file.storage.exists(str(export.file.name)):
        raise Http404
    return FileResponse(export.file.open("rb"), as_attachment=True, filename=export.file_name)


def get_export_for(user: Any, pk: int) -> Export:
    """The export: one's own, for managers any."""
    return get_object_or_404(Export.objects.visible_to(user), pk=pk)
