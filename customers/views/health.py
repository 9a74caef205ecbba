"""Whether the product works, for load balancers, admins and Prometheus."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from customers.operating.figures import as_prometheus, figures
from customers.views.access import StaffRequest, admins_only

BEARER = "Bearer "


@login_not_required
@never_cache
@require_GET
def health(_request: HttpRequest) -> JsonResponse:
    """200 while this process serves and its database answers, 503 otherwise; no more is told."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return JsonResponse({"status": "unavailable"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok"})


@never_cache
@require_GET
@admins_only
def details(_request: StaffRequest) -> JsonResponse:
    """What waits and for how long, for admins."""
    told: dict[str, object] = {}
    for figure in figures():
        if figure.label:
            told.setdefault(figure.name, {})[figure.of] = figure.value  # type: ignore[index]
        else:
            told[figure.name] = figure.value
    return JsonResponse(told)


@login_not_required
@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """The same for Prometheus, by the token of METRICS_TOKEN; no address without one."""
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"{BEARER}{settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return HttpResponse(as_prometheus(figures()), content_type=kind)
