"""Search everywhere: the page, and what the box of Ctrl-K shows while somebody types."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from customers.models import MeaningSearch
from customers.search.find import find, is_enough
from customers.search.meaning import groups_of, meant_by
from customers.views.access import StaffRequest


@require_GET
def search(request: StaffRequest) -> HttpResponse:
    """All kinds of records for `?q=`; as a fragment for the box."""
    results = find(request.GET.get("q", ""), request.user)
    context = {"results": results, "is_enough": is_enough(results.typed)}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "search/results.html", context)
    asked = meant_by(results, request.user) if context["is_enough"] else None
    groups = groups_of(asked, request.user) if asked else []
    return render(request, "search/page.html", context | {"meaning": asked, "groups": groups})


@require_GET
def meaning(request: StaffRequest, pk: int) -> HttpResponse:
    """What a worker found by meaning; the fragment asks again while it is at it."""
    asked = get_object_or_404(MeaningSearch, pk=pk, by=request.user)
    groups = groups_of(asked, request.user)
    return render(request, "search/meaning.html", {"meaning": asked, "groups": groups})
