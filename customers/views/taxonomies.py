"""Taxonomies: what tickets, customers and texts can be called, edited by managers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, ForeignKey
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.forms import TaxonForm, taxon_form
from customers.models import Correction, ModelVersion, Taxon
from customers.models.taxonomy import MOST_COUNTED, taxonomies
from customers.views.access import StaffRequest, get_taxon_for, get_taxonomy_for

FIRST = "intents"
STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """One name with the rows that carry it in each column, how often staff corrected a
    model to it, and whether the model in service has learnt it (None: there is none).
    """

    taxon: Taxon
    usage: list[tuple[dict[str, Any], int]]
    corrections: int
    is_learnt: bool | None


@require_GET
def taxonomy_index(request: StaffRequest) -> HttpResponse:
    """The way to the first taxonomy."""
    get_taxonomy_for(request.user, FIRST)
    return redirect("taxonomy", taxonomy=FIRST)


@require_http_methods(["GET", "POST"])
def taxonomy_page(request: StaffRequest, taxonomy: str) -> HttpResponse:
    """All names of a taxonomy, and the form for another one."""
    model = get_taxonomy_for(request.user, taxonomy)
    form = taxon_form(model, request.POST or None)
    if request.method == "POST" and form.is_valid():
        taxon = model.objects.add(**form.cleaned_data)
        messages.success(request, _("%(name)s can be chosen from now on.") % {"name": taxon})
        return redirect("taxonomy", taxonomy=taxonomy)
    return _page(request, taxonomy, adding=form)


@require_http_methods(["GET", "POST"])
def edit_taxon(request: StaffRequest, taxonomy: str, slug: str) -> HttpResponse:
    """The same page, on which one name is a form."""
    taxon = get_taxon_for(request.user, taxonomy, slug)
    form = taxon_form(type(taxon), request.POST or None, instance=taxon)
    if request.method == "POST" and form.is_valid():
        taxon.describe(**form.cleaned_data)
        return redirect("taxonomy", taxonomy=taxonomy)
    return _page(request, taxonomy, editing=form)


@require_POST
def move_taxon(request: StaffRequest, taxonomy: str, slug: str) -> HttpResponse:
    """One place up or down, as choices list it."""
    taxon = get_taxon_for(request.user, taxonomy, slug)
    taxon.move(STEPS.get(request.POST.get("to", ""), 0))
    return redirect("taxonomy", taxonomy=taxonomy)


@require_POST
def retire_taxon(request: StaffRequest, taxonomy: str, slug: str) -> HttpResponse:
    """Offer the name no longer, or (`active` is 1) again; rows keep it."""
    taxon = get_taxon_for(request.user, taxonomy, slug)
    taxon.set_active(request.POST.get("active") == "1")
    return redirect("taxonomy", taxonomy=taxonomy)


def _page(
    request: StaffRequest,
    taxonomy: str,
    *,
    adding: TaxonForm | None = None,
    editing: TaxonForm | None = None,
) -> HttpResponse:
    model = get_taxonomy_for(request.user, taxonomy)
    columns = model.objects.all().columns()
    context = {
        "taxonomy": taxonomy,
        "taxonomies": {name: one._meta.verbose_name_plural for name, one in taxonomies().items()},
        "noun": model._meta.verbose_name,
        "columns": [_heading(key) for key in columns.values()],
        "most_counted": MOST_COUNTED,
        "rows": _rows(model, columns),
        "adding": adding or taxon_form(model),
        "editing": editing,
    }
    refused = any(form is not None and form.errors for form in (adding, editing))
    return render(request, "taxonomies/page.html", context, status=422 if refused else 200)


def _heading(key: ForeignKey) -> dict[str, Any]:
    return {"rows": key.model._meta.verbose_name_plural, "column": key.verbose_name}


def _rows(model: type[Taxon], columns: dict[str, ForeignKey]) -> list[Row]:
    task = model._meta.model_name
    corrected = Correction.objects.filter(task=task).order_by().values_list("label")
    corrections = dict(corrected.annotate(n=Count("pk")))
    serving = ModelVersion.objects.serving().filter(task=task).values_list("card", flat=True)
    learnt = next((set(card["labels"]) for card in serving), None)
    return [
        Row(
            taxon,
            [(_heading(key), getattr(taxon, f"used_by_{name}")) for name, key in columns.items()],
            corrections.get(taxon.pk, 0),
            None if learnt is None else taxon.pk in learnt,
        )
        for taxon in model.objects.with_usage()
    ]
