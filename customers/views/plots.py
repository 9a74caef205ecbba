"""Plots: each is an address of its own, as SVG, PNG or CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_GET

from customers.plots.asked import Asked
from customers.plots.registry import PLOTS
from customers.plots.render import rendered
from customers.plots.specs import Plot

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
KEPT_SECONDS = 24 * 3600


@require_GET
def plot(request: HttpRequest, name: str, kind: str, pk: int = 0) -> HttpResponse:
    """The plot as a picture or its rows; the same data is never drawn twice."""
    if name not in PLOTS or kind not in MEDIA_TYPES:
        raise Http404
    drawn = PLOTS[name](Asked(request.user, pk, request.GET.dict()))
    tag = hashlib.sha256(json.dumps(drawn.spec, sort_keys=True, default=str).encode()).hexdigest()
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return HttpResponseNotModified()
    response = HttpResponse(_content(drawn, kind, tag), content_type=MEDIA_TYPES[kind])
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-cache"
    if kind == "csv":
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _content(drawn: Plot, kind: str, tag: str) -> Any:
    if kind == "csv":
        return _as_csv(drawn.rows)
    return cache.get_or_set(f"plot:{kind}:{tag}", lambda: rendered(drawn.spec, kind), KEPT_SECONDS)


def _as_csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
