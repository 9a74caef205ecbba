"""How often a key may call, and what the answers say of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from customers.models import ApiKey, RateWindow

WINDOW_SECONDS = 60
NOTED = "_rate_limit"


class PerKeyThrottle(BaseThrottle):
    """As many calls in each minute as the key may make, counted in the database by one
    statement: exact however many processes serve. Sessions are not counted.
    """

    wait_seconds: int | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call; whether it may go on."""
        key = request.auth
        if not isinstance(key, ApiKey) or hasattr(request._request, NOTED):
            return True  # what a tool asks for was counted as the tool's call came in
        name = f"api-key/{key.pk}"
        used, started_at = RateWindow.objects.count_one(name, seconds=WINDOW_SECONDS)
        age = (timezone.now() - started_at).total_seconds()
        left = max(1, math.ceil(WINDOW_SECONDS - age))
        limit = key.requests_per_minute
        setattr(request._request, NOTED, (limit, max(0, limit - used), left))
        self.wait_seconds = left if used > limit else None
        return used <= limit

    def wait(self) -> float | None:
        """Seconds until calls are taken again."""
        return self.wait_seconds


class RateLimitHeaders:
    """Middleware: each answer to a key says how much is left (`RateLimit-Policy` and
    `RateLimit`, draft-ietf-httpapi-ratelimit-headers).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer with its headers."""
        response = self.get_response(request)
        if noted := getattr(request, NOTED, None):
            limit, left, seconds = noted
            response["RateLimit-Policy"] = f'"key";q={limit};w={WINDOW_SECONDS}'
            response["RateLimit"] = f'"key";r={left};t={seconds}'
        return response
