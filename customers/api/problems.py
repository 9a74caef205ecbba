"""Errors of the API as problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer to `error`, as `application/problem+json`; None for unknown errors."""
    response = exception_handler(error, context)
    if response is None:
        return None
    response.content_type = "application/problem+json"
    return response
