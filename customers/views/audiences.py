"""Audiences: the list, one of them, and two side by side."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from customers.accounts.exporting import refuse_export
from customers.admin.csv_export import csv_response
from customers.admin.customers import CustomerAdmin
from customers.audiences.comparison import compared, has_column, side_of
from customers.audiences.compiling import members
from customers.audiences.counting import PATIENT_MS, TooSlow, size_of, time_limit
from customers.audiences.reading import read
from customers.audiences.references import naming
from customers.audiences.vocabulary import Vocabulary
from customers.audiences.words import in_words
from customers.models import Audience, Customer, Product, hidden_fields
from customers.paging import page_of
from customers.views.access import StaffRequest, get_audience_for, managers_only

PLOTS = {
    "audience-segments": gettext_lazy("Segments"),
    "audience-rfm": gettext_lazy("RFM classes"),
    "audience-orders": gettext_lazy("Orders per customer"),
    "audience-countries": gettext_lazy("Countries"),
    "audience-categories": gettext_lazy("Bought categories"),
}
PREVIEW_ROWS = 8
SUGGESTED_PRODUCTS = 12


@require_GET
def audience_list(request: StaffRequest) -> HttpResponse:
    """All audiences that are offered; with `archived` those that are not."""
    archived = request.GET.get("archived") == "1"
    rows = Audience.objects.visible_to(request.user).filter(is_archived=archived)
    page = page_of(rows.select_related("created_by").order_by("name", "pk"), request)
    vocabulary = Vocabulary()
    vocabulary.load(row.rules for row in page.object_list)
    told = [
        (row, in_words(read(row.rules, vocabulary=vocabulary, of=row.pk).root, vocabulary))
        for row in page.object_list
    ]
    context = {"page": page, "told": told, "archived": archived}
    return render(request, "audiences/list.html", context)


@require_GET
def audience_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One audience: its rules in words, how many customers it has, and the newest of them."""
    audience = get_audience_for(request.user, pk)
    vocabulary = Vocabulary()
    reading = read(audience.rules, vocabulary=vocabulary, of=pk)
    rows = members(audience).visible_to(request.user)
    context = {
        "audience": audience,
        "words": in_words(reading.root, vocabulary),
        "problems": reading.problems,
        "size": size_of(rows),
        "preview": preview_of(rows),
        "rules": audience.rules,
    }
    return render(request, "audiences/page.html", context)


@require_GET
def audience_size(request: StaffRequest, pk: int) -> HttpResponse:
    """How many customers an audience has, counted for as long as ten seconds."""
    audience = get_audience_for(request.user, pk)
    rows = members(audience).visible_to(request.user)
    context = {"audience": audience, "size": size_of(rows, within_ms=PATIENT_MS)}
    return render(request, "audiences/size.html", context)


@require_GET
def export_members(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """The customers of an audience as a file for spreadsheets, streamed."""
    audience = get_audience_for(request.user, pk)
    rows = members(audience).visible_to(request.user).order_by("pk")
    refuse_export(request.user)
    hidden = hidden_fields(request.user, "customer")
    columns = [name for name in CustomerAdmin.export_columns if name not in hidden]
    return csv_response(request, rows, columns, f"audience-{pk}.csv")


@require_POST
@managers_only
def archive_audience(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer the audience no longer, or (`archived` is 0) again."""
    audience = get_audience_for(request.user, pk)
    audience.set_archived(request.POST.get("archived") != "0")
    said = _("The audience is archived.") if audience.is_archived else _("The audience is back.")
    messages.success(request, said)
    return redirect("audience", pk=pk)


@require_POST
@managers_only
def delete_audience(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete the audience, unless another one is made of it."""
    audience = get_audience_for(request.user, pk)
    others = naming(audience)
    if others:
        names = ", ".join(str(other) for other in others)
        said = _("These audiences are made of it, so it stays: %(names)s.") % {"names": names}
        messages.error(request, said)
        return redirect("audience", pk=pk)
    audience.delete()
    messages.success(request, _("%(name)s is deleted.") % {"name": audience.name})
    return redirect("audiences")


@require_GET
def compare(request: StaffRequest) -> HttpResponse:
    """Two audiences, or one and all customers, side by side."""
    first, second = (side_of(request.user, request.GET.get(side, "")) for side in "ab")
    context: dict[str, Any] = {
        "audiences": Audience.objects.visible_to(request.user).active().order_by("name"),
        "first": first,
        "second": second,
        "query": f"a={first.key}&b={second.key}",
    }
    if first.key != second.key:
        context |= {"comparison": compared(first, second), "plots": _plots()}
    return render(request, "audiences/compare.html", context)


@require_GET
def suggest_products(request: StaffRequest) -> HttpResponse:
    """Products whose SKU or name begins with what is typed, as options of an input."""
    typed = next((str(said) for name, said in request.GET.items() if name.endswith("-add")), "")
    rows = Product.objects.visible_to(request.user).only("sku", "name").order_by("name", "id")
    typed = typed.replace("\x00", "").strip()
    found = rows.matching(typed)[:SUGGESTED_PRODUCTS] if typed else []
    return render(request, "audiences/products.html", {"products": found})


def _plots() -> list[dict[str, Any]]:
    """The plots of a comparison, those left out whose column customers do not have."""
    left_out = set() if has_column("rfm_class") else {"audience-rfm"}
    return [{"name": name, "title": title} for name, title in PLOTS.items() if name not in left_out]


def preview_of(rows: Any) -> list[Customer] | None:
    """The newest customers of a condition; None where finding them took too long."""
    related = rows.select_related("segment", "suggested_segment").defer("search")
    try:
        with time_limit(1_000):
            return list(related.order_by("-created_at", "-id")[:PREVIEW_ROWS])
    except TooSlow:
        return None
