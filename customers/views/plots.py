"""Plots: each is an address of its own: a picture, its rows, or a figure for a page.

The figure holds the picture with what it shows in words and as a table: those who cannot
see it read these.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from customers.plots.asked import Asked
from customers.plots.registry import PLOTS
from customers.plots.render import rendered
from customers.plots.specs import Plot, narrowed
from customers.plots.words import table_of
from customers.spreadsheet_cells import guarded

MEDIA_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
KEPT_SECONDS = 24 * 3600


@require_GET
def plot(request: HttpRequest, name: str, kind: str, pk: int = 0) -> HttpResponse:
    """The plot as a picture, its rows, or both on a page; the same data is never drawn twice."""
    if name not in PLOTS or kind not in MEDIA_TYPES:
        raise Http404
    drawn = PLOTS[name](Asked(request.user, pk, request.GET.dict()))
    spec = narrowed(drawn.spec) if request.GET.get("narrow") else drawn.spec
    tag = _tag(spec, kind, get_language(), bool(request.headers.get("HX-Request")))
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return HttpResponseNotModified()
    if kind == "html":
        response = _figure(request, drawn, spec)
    else:
        response = HttpResponse(_content(drawn, spec, kind), content_type=MEDIA_TYPES[kind])
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-cache"
    if kind == "csv":
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _figure(request: HttpRequest, drawn: Plot, spec: dict[str, Any]) -> HttpResponse:
    """The figure alone for a page that asks for it, and a page of its own without scripts."""
    is_part = bool(request.headers.get("HX-Request"))
    picture = _content(drawn, spec, "svg") if drawn.rows else ""
    context = {
        "picture": mark_safe(picture),  # noqa: S308  # drawn here, its texts escaped
        "drawn": drawn,
        "table": table_of(drawn),
        "address": request.path.removesuffix(".html"),
        "query": _without_width(request),
    }
    response = render(request, f"plots/{'figure' if is_part else 'page'}.html", context)
    patch_vary_headers(response, ("HX-Request", "Accept-Language"))
    return response


def _without_width(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("narrow", None)
    return query.urlencode()


def _content(drawn: Plot, spec: dict[str, Any], kind: str) -> Any:
    if kind == "csv":
        return _as_csv(drawn)
    if kind == "png":
        spec = spec | {"background": "white"}  # a file is looked at on whatever stands behind it
    key = f"plot:{kind}:{_tag(spec)}"
    return cache.get_or_set(key, lambda: rendered(spec, kind), KEPT_SECONDS)


def _tag(*of: Any) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()


def _cell(value: Any) -> Any:
    """Names of products and topics are others' words, and may begin as a formula does."""
    return guarded(value) if isinstance(value, str) else value


def _as_csv(drawn: Plot) -> str:
    fields = list(drawn.rows[0]) if drawn.rows else list(drawn.columns)
    out = io.StringIO()
    shown = [name for name in fields if not name.startswith("_")]
    writer = csv.writer(out)
    writer.writerow([_cell(name) for name in shown])
    writer.writerows([_cell(row.get(name, "")) for name in shown] for row in drawn.rows)
    return out.getvalue()
