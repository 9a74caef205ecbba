"""Pages and data are compressed on their way; see docs/decisions/0037-compression.md."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = ("text/", "application/json", "application/problem+json", "image/svg+xml")


class CompressTexts(GZipMiddleware):
    """Django's own compression, with its padding of random length, for texts alone: files that
    people download are mostly compressed already, and keep the length that a browser shows.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The response, smaller where it is a text and the browser takes it so."""
        if not response.get("Content-Type", "").startswith(TEXTS):
            return response
        if "attachment" in response.get("Content-Disposition", ""):
            return response
        return super().process_response(request, response)
