"""`ETag` and `If-Match`: nobody overwrites what they have not seen (RFC 9110, 13.1.1)."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

HEADER = "If-Match"
IF_MATCH = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the state that the write is about; another one is refused (412).",
)


class PreconditionFailed(APIException):
    """The record is not as the caller saw it."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "The record changed since you read it. Read it again, and decide anew."


class EtagMixin:
    """A record's address says which state it is in; a write may name the state it is about."""

    get_object: Any
    get_serializer: Any
    request: Any

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The record, with its `ETag`."""
        return self._tagged(super().retrieve(request, *args, **kwargs))  # type: ignore[misc]

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the record; with `If-Match`, only where it still is as it was read."""
        with transaction.atomic():
            self.check_state(request, self._row_to_write(request))
            return self._tagged(super().update(request, *args, **kwargs))  # type: ignore[misc]

    def check_state(self, request: Request, row: Any) -> None:
        """Refuse a write onto another state than it names. The row is locked until the end of
        the transaction, so that two who saw the same state do not both write.
        """
        wanted = request.headers.get(HEADER)
        if wanted is None:
            return
        if row is None:
            raise PreconditionFailed
        type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
        now = self.get_serializer(self._fresh(row)).data
        tags = {tag.strip() for tag in wanted.split(",")}
        if wanted.strip() != "*" and etag_of(now) not in tags:
            raise PreconditionFailed

    def _row_to_write(self, request: Request) -> Any:
        return self.get_object() if HEADER in request.headers else None

    def _fresh(self, row: Any) -> Any:
        rows: Any = self.get_queryset()  # type: ignore[attr-defined]
        return rows.get(pk=row.pk)

    def _tagged(self, response: Response) -> Response:
        if "fields" not in self.request.query_params:
            response["ETag"] = etag_of(response.data)
        return response


def etag_of(data: Any) -> str:
    """A strong tag of what is told of a record."""
    told = json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
