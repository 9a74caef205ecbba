"""The request under way, for what is written deep beneath a view: log lines carry its number,
and the journal notes in the audit where a change came in.

Code that runs for no request (a worker, a command) finds none.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
WRITTEN_SO = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass
class CurrentRequest:
    """Its number, where it came in, and whether the journal noted what it changed."""

    request_id: str
    via: str = ""
    route: str = ""
    request: HttpRequest | None = None
    journalled: bool = False


_current: ContextVar[CurrentRequest | None] = ContextVar("current_request", default=None)


def current_request() -> CurrentRequest | None:
    """The request that this code runs for; None in workers and commands."""
    return _current.get()


class NumberRequests:
    """The first middleware: gives each request a number, that of the proxy if it sent one; the
    answer and the log lines carry it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer with its number."""
        sent = request.headers.get(HEADER, "")
        number = sent if WRITTEN_SO.fullmatch(sent) else uuid.uuid4().hex
        token = _current.set(CurrentRequest(number))
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = number
        return response


def standing_for(route: str) -> None:
    """What follows in this context is as a request, though it came in by another way."""
    _current.set(CurrentRequest(uuid.uuid4().hex, route=route))
