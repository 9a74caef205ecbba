"""The egress ledger: what left this machine, whereto, for whom, and exactly what it said."""

from __future__ import annotations

import json

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.admin.csv_export import csv_response
from customers.filters import EgressFilter
from customers.models import EgressRecord
from customers.paging import page_of
from customers.views.access import StaffRequest, get_egress_for, managers_only

COLUMNS = (
    *("sent_at", "feature", "user__username", "generator_name", "host", "method", "address"),
    *("purpose", "fields", "body", "masked", "bytes_out", "bytes_in", "tokens_in", "tokens_out"),
    *("cost", "currency", "latency_ms", "outcome", "status", "detail"),
)


@require_GET
@managers_only
def egress_list(request: StaffRequest) -> HttpResponse:
    """The ledger, the latest request first."""
    rows = EgressRecord.objects.visible_to(request.user).select_related("user").defer("body")
    narrowed = EgressFilter(request.GET, rows.order_by("-sent_at", "-id"))
    context = {"filter": narrowed, "page": page_of(narrowed.qs, request)}
    return render(request, "egress/list.html", context)


@require_GET
@managers_only
def export_egress(request: StaffRequest) -> StreamingHttpResponse:
    """The ledger as it is narrowed, whole, as CSV."""
    rows: QuerySet = EgressRecord.objects.visible_to(request.user).order_by("-sent_at", "-id")
    return csv_response(request, EgressFilter(request.GET, rows).qs, COLUMNS, "egress.csv")


@require_GET
@managers_only
def egress_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One request, to the byte, and its messages in readable form beside that."""
    entry = get_egress_for(request.user, pk)
    return render(request, "egress/page.html", {"entry": entry, "said": _messages(entry.body)})


def _messages(body: str) -> list[dict[str, str]]:
    """The messages of a chat in a body; none where it holds no chat."""
    try:
        said = json.loads(body)["messages"]
        return [{"role": str(one["role"]), "content": str(one["content"])} for one in said]
    except (ValueError, KeyError, TypeError):
        return []
