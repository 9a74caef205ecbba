"""Where shops send their webhooks. Nobody logs in: each call is signed over its raw body."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.connectors.storing import MOST_BYTES, Rejected, store
from customers.models import Connector


@csrf_exempt
@login_not_required
@require_POST
def take_in(request: HttpRequest, pk: int) -> JsonResponse:
    """Store a call, then answer 200; a worker reads it. The same call again answers 200, too."""
    connector = get_object_or_404(Connector.objects.filter(is_active=True), pk=pk)
    body = request.read(MOST_BYTES + 1)
    try:
        if len(body) > MOST_BYTES:
            raise Rejected(413, f"more than {MOST_BYTES} bytes")
        is_new = store(connector, body, request.headers)
    except Rejected as rejected:
        return JsonResponse({"detail": str(rejected)}, status=rejected.status)
    return JsonResponse({"new": is_new})
