"""Recommendations beyond one customer: whom to tell of a product, what to offer a segment,
how good the lists are and what they did.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.admin.csv_export import csv_response
from customers.models import (
    Arm,
    ModelVersion,
    Product,
    ProspectSearch,
    Recommendation,
    RecommendationLift,
    RecommendationShown,
    Segment,
    Training,
)
from customers.next_best import in_segment, next_best
from customers.paging import capped_count, page_of
from customers.views.access import StaffRequest, get_product_for, managers_only

TASK = "recommendation"
PROSPECT_COLUMNS = (
    *("rank", "customer_id", "customer__external_id", "customer__name", "customer__email"),
    *("customer__language", "score", "because_of__name"),
)
PEERS = ("", "item_knn", "popularity")
MEASURES = ("ndcg_at_10", "recall_at_10", "recall_at_20", "mrr", "coverage")


@require_GET
def product_prospects(request: StaffRequest, pk: int) -> HttpResponse:
    """Whom to tell about a product, likeliest first."""
    return render(request, "products/prospects.html", _prospects(request, pk))


@require_GET
def prospect_rows(request: StaffRequest, pk: int) -> HttpResponse:
    """The rows alone; they poll themselves while a search is under way."""
    return render(request, "products/prospect_rows.html", _prospects(request, pk))


@require_POST
def search_prospects(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a worker search again."""
    ProspectSearch.objects.ask(get_product_for(request.user, pk), by=request.user)
    return redirect("product-prospects", pk=pk)


@require_GET
@managers_only
def export_prospects(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """Everybody of the latest search who may still be told, as CSV."""
    product = get_product_for(request.user, pk)
    rows = product.prospects.to_tell().order_by("rank")
    return csv_response(
        request, rows, PROSPECT_COLUMNS, f"prospects-{product.pk}.csv", "customer_id"
    )


@require_GET
def segment_page(request: StaffRequest, slug: str) -> HttpResponse:
    """A segment: how many customers it has, and what to offer them next."""
    segment = get_object_or_404(Segment, pk=slug)
    groups = [group.visible_to(request.user) for group in in_segment(segment.pk)]
    context = {
        "segment": segment,
        "members": sum(capped_count(group) for group in groups),
        "next_best": next_best(*groups),
    }
    return render(request, "segments/page.html", context)


@require_GET
@managers_only
def recommendation_quality(request: StaffRequest) -> HttpResponse:
    """How good the recommender is on hidden purchases, and what its lists did to orders."""
    version = _measured_version()
    lift = RecommendationLift.objects.order_by("-measured_at", "-id").first()
    trainings = Training.objects.filter(task=TASK).select_related("requested_by")
    context = {
        "version": version,
        "figures": _figure_rows(version),
        "lift": lift,
        "share": settings.RECOMMENDATION_HOLDOUT,
        "outcome_days": settings.RECOMMENDATION_OUTCOME_DAYS,
        "shown": capped_count(RecommendationShown.objects.filter(arm=Arm.MODEL)),
        "shown_holdout": capped_count(RecommendationShown.objects.filter(arm=Arm.HOLDOUT)),
        "coverage": _coverage(),
        "page": page_of(trainings.order_by("-created_at", "-id"), request, 5),
    }
    return render(request, "models/recommendations.html", context)


@require_POST
@managers_only
def fit_recommender(request: StaffRequest) -> HttpResponse:
    """Fit to all purchases now; one fit at a time."""
    running = Training.objects.filter(task=TASK, status__in=Training.UNFINISHED).first()
    job = running or Training.objects.ask(task=TASK, requested_by=request.user)
    messages.success(request, _("The fit waits for a worker; its progress is shown here."))
    return redirect("training", pk=job.pk)


def _prospects(request: StaffRequest, pk: int) -> dict[str, Any]:
    product = get_product_for(request.user, pk)
    rows = product.prospects.to_tell().select_related("customer", "because_of")
    rows = rows.defer("customer__search", "because_of__search").order_by("rank")
    search = ProspectSearch.objects.filter(product=product).select_related("requested_by").first()
    return {"product": product, "search": search, "page": page_of(rows, request)}


def _measured_version() -> ModelVersion | None:
    """The latest fit that was measured; else the latest fit."""
    versions = ModelVersion.objects.filter(task=TASK).order_by("-pk")
    return versions.exclude(measured={}).first() or versions.first()


def _figure_rows(version: ModelVersion | None) -> list[dict[str, Any]]:
    """The measures of the model and of its peers in the same run, a row each."""
    measured = version.measured if version else {}
    if not measured:
        return []
    rows = [("model", measured), *((name, measured.get(name, {})) for name in PEERS if name)]
    return [
        {"name": name, "values": [figures.get(measure) for measure in MEASURES]}
        for name, figures in rows
    ]


def _coverage() -> dict[str, int]:
    """Of the products on sale, how many stand in somebody's list."""
    on_sale = Product.objects.on_sale()
    listed = Recommendation.objects.values("product")
    return {"on_sale": on_sale.count(), "listed": on_sale.filter(pk__in=listed).count()}
