"""`Idempotency-Key`: a write that is sent again gets the same answer and has no second effect.

The key's row, the effect and the answer are one transaction. A repetition that comes while the
first is under way waits for that row in the database, so no key is ever left "in progress" by
a process that died. Only answers below 400 are kept: what was refused had no effect, and may
be sent again. Follows draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from psycopg.errors import LockNotAvailable
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.problems import Conflict
from customers.failpoints import failpoint
from customers.models import IdempotentReply

HEADER = "Idempotency-Key"
METHODS = {"POST", "PUT", "PATCH", "DELETE"}
WRITTEN_SO = re.compile(r"[\x21-\x7e]{1,200}")
WAITS = "10s"
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Possible-Duplicates")
REPLAYED = "Idempotent-Replayed"
CLAIM_SQL = """
INSERT INTO customers_idempotentreply (caller, key, request_sha256, headers, body, created_at)
VALUES (%s, %s, %s, '{}', '', now()) ON CONFLICT (caller, key) DO NOTHING RETURNING id
"""


class OtherRequest(APIException):
    """The key was used before, with something else."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used with another request; take a new one."


class StillUnderWay(Conflict):
    """The first request with this key has not ended."""

    default_detail = "The first request with this key is still under way; send it again soon."
    wait = 5


class OncePerKey:
    """Mixin of every view of the API: a write that carries the header is done at most once.

    It begins after the caller is known and counted, so that what holds calls back is never
    rolled back with a call that was refused.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As the framework's; then the handler is wrapped where the header asks for it."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key, method = request.headers.get(HEADER), str(request.method)
        if key is None or method not in METHODS or not hasattr(self, method.lower()):
            return
        if not WRITTEN_SO.fullmatch(key):
            raise ValidationError(f"An {HEADER} has 1 to 200 visible ASCII characters.")
        handler = getattr(self, method.lower())
        setattr(self, method.lower(), _once(self, handler, key))

    def kept_answer(self, response: Any) -> bytes:
        """What is kept of an answer for whoever sends the write again: its bytes. A view whose
        answers show a secret leaves that out.
        """
        return bytes(response.content)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """As the framework's: with a key before the effect is committed, without one after it."""
        if request.method in METHODS:
            failpoint("answering")
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]


def _once(view: Any, handler: Callable[..., Any], key: str) -> Callable[..., Any]:
    def handled(request: Request, *_: Any, **__: Any) -> HttpResponseBase:
        try:
            with transaction.atomic():
                response = _new_or_kept(request, key, answer, view.kept_answer)
            failpoint("committed")
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise StillUnderWay from error
            raise
        return response

    def answer(request: Request) -> Any:
        response = handler(request, *view.args, **view.kwargs)
        response = view.finalize_response(request, response, *view.args, **view.kwargs)
        return response.render() if hasattr(response, "render") else response

    return handled


def _new_or_kept(
    request: Request,
    key: str,
    answer: Callable[[Request], Any],
    kept_answer: Callable[[Any], bytes],
) -> HttpResponseBase:
    caller, request_sha256 = _caller(request), _fingerprint(request)
    claimed = _claim(caller, key, request_sha256)
    if claimed is None:
        return _replayed(caller, key, request_sha256)
    response: Any = answer(request)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        transaction.set_rollback(True)
        return response
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    IdempotentReply.objects.filter(pk=claimed).update(
        status=response.status_code, headers=headers, body=kept_answer(response)
    )
    return response


def _claim(caller: str, key: str, request_sha256: str) -> int | None:
    """The new row's number; None where the key was used before. Waits for one that is being
    used, up to `WAITS`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAITS])
        cursor.execute(CLAIM_SQL, [caller, key, request_sha256])
        row = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return row[0] if row else None


def _replayed(caller: str, key: str, request_sha256: str) -> HttpResponseBase:
    kept = IdempotentReply.objects.get(caller=caller, key=key)
    if kept.request_sha256 != request_sha256:
        raise OtherRequest
    response = HttpResponse(bytes(kept.body), status=kept.status)
    del response["Content-Type"]
    for name, value in kept.headers.items():
        response[name] = value
    response[REPLAYED] = "true"
    return response


def _caller(request: Request) -> str:
    """A hash of who calls, so that keys of two callers never meet."""
    who = f"key {request.auth.pk}" if request.auth else f"user {request.user.pk}"
    return hashlib.sha256(f"idempotency {who}".encode()).hexdigest()


def _fingerprint(request: Request) -> str:
    asked = request._request
    whole = f"{asked.method} {asked.get_full_path()}\n".encode() + asked.body
    return hashlib.sha256(whole).hexdigest()
