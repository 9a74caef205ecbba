"""Errors of the API as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError
from django.db.models import ProtectedError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from customers.models import ErasedPerson

MEDIA_TYPE = "application/problem+json"


class Conflict(APIException):
    """The request is well-formed but contradicts what is stored."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "Another record already holds a value that must be unique."


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to `error` as problem details; None for errors of ours (500)."""
    response = exception_handler(as_api_error(error), context)
    if response is None:
        return None
    errors = list(field_errors(response.data)) if _has_fields(error) else []
    detail = "Some values cannot be taken." if errors else first_text(response.data)
    body = problem(response.status_code, detail, context["request"].path, errors)
    answer = Response(body, response.status_code, content_type=MEDIA_TYPE)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response.headers:
            answer[header] = response.headers[header]
    return answer


def problem(
    status: int, detail: str, instance: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The members of a problem; `errors` holds a JSON pointer and a detail for each value."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return body | ({"errors": errors} if errors else {})


def field_errors(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Each error of a validation with the JSON pointer (RFC 6901) of the value it is about."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else f"/{_escaped(name)}"
            yield from field_errors(inner, pointer + step)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from field_errors(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def bad_request(request: HttpRequest) -> JsonResponse:
    """The answer to a request that is refused before it reaches a view."""
    return plain_problem(request, HTTPStatus.BAD_REQUEST, "The request cannot be read.")


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest, *_: Any, **__: Any) -> JsonResponse:
    """The answer to an address under /api/ that does not exist."""
    return plain_problem(request, HTTPStatus.NOT_FOUND, "There is nothing at this address.")


def server_error(request: HttpRequest) -> JsonResponse:
    """The answer to an error of ours; what went wrong is in the log, not in the answer."""
    detail = "Something went wrong on our side; the request was not carried out."
    return plain_problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def unavailable(request: HttpRequest) -> JsonResponse:
    """The answer while the database does not: nothing was carried out, send it again."""
    detail = "The database does not answer right now; send the request again in a few seconds."
    return plain_problem(request, HTTPStatus.SERVICE_UNAVAILABLE, detail)


def plain_problem(request: HttpRequest, status: HTTPStatus, detail: str) -> JsonResponse:
    """A problem outside of any API view."""
    body = problem(status, detail, request.path)
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


class Gone(APIException):
    """What is asked for was erased, and must not be stored again."""

    status_code = HTTPStatus.GONE


class TooLarge(APIException):
    """The body has more bytes than a call may."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large; more records fit into a file for /imports/."


def as_api_error(error: Exception) -> Exception:
    """The error as callers are told of it, where we or the database refused what they sent."""
    if isinstance(error, ErasedPerson):
        set_rollback()
        return Gone(str(error))
    if isinstance(error, IntegrityError | ProtectedError):
        set_rollback()
        return Conflict()
    if isinstance(error, DataError):
        set_rollback()
        return ValidationError("A value is out of the range that can be stored.")
    return _as_refused_request(error)


def _as_refused_request(error: Exception) -> Exception:
    """What the framework refuses while it reads a request."""
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return ParseError("The request cannot be read.")
    return error


def _has_fields(error: Exception) -> bool:
    return isinstance(error, ValidationError) and isinstance(error.detail, dict)


def first_text(detail: Any) -> str:
    """The first of what an error says."""
    while isinstance(detail, dict | list):
        values = list(detail.values()) if isinstance(detail, dict) else detail
        detail = values[0] if values else ""
    return str(detail)


def _escaped(name: str) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
