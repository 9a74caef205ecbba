"""Many records in one call, each with its own outcome."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.problems import as_api_error, field_errors, first_text
from customers.api.upsert import Outcome
from customers.models.base import bound_source

MOST_ROWS = 500


class BulkRowsSerializer(serializers.Serializer):
    """Up to 500 records, each with `source` and `external_id` and what else it holds."""

    rows = serializers.ListField(
        child=serializers.DictField(), allow_empty=False, max_length=MOST_ROWS
    )


class BulkErrorSerializer(serializers.Serializer):
    """A value that could not be taken."""

    pointer = serializers.CharField(help_text="JSON pointer within the row.")
    detail = serializers.CharField()


class BulkOutcomeSerializer(serializers.Serializer):
    """What became of one row."""

    index = serializers.IntegerField(help_text="Its place in `rows`, from 0.")
    status = serializers.IntegerField(help_text="As if it had been sent alone: 200, 201, 400 …")
    id = serializers.IntegerField(allow_null=True)
    detail = serializers.CharField(help_text="Why it was refused or left out; empty otherwise.")
    errors = BulkErrorSerializer(many=True)  # type: ignore[assignment]


class BulkResultSerializer(serializers.Serializer):
    """All rows in their order, and how many went in."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkOutcomeSerializer(many=True)


class BulkMixin:
    """Adds `POST .../bulk/` to a viewset of records that are written by external id."""

    upsert: Any

    @extend_schema(request=BulkRowsSerializer, responses={200: BulkResultSerializer})
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def bulk(self, request: Request) -> Response:
        """Create or update up to 500 records by source and external id. Each row stands for
        itself: one that is refused takes none of the others back. More rows: send a file to
        `/imports/`.
        """
        asked = BulkRowsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        results = [
            {"index": index, **self._outcome(request, row)}
            for index, row in enumerate(asked.validated_data["rows"])
        ]
        counts = [result["status"] for result in results]
        told: dict[str, Any] = {
            "created": counts.count(status.HTTP_201_CREATED),
            "updated": counts.count(status.HTTP_200_OK),
            "results": results,
        }
        told["refused"] = len(results) - told["created"] - told["updated"]
        return Response(BulkResultSerializer(told).data)

    def _outcome(self, request: Request, row: dict[str, Any]) -> dict[str, Any]:
        try:
            source, external_id = _key_of(request, row)
            with transaction.atomic():
                written, outcome = self.upsert(row, source, external_id)
        except Exception as error:
            known = as_api_error(error)
            if not isinstance(known, APIException):
                raise
            return _refused(known)
        detail = "Older than what is here; nothing changed." if outcome is Outcome.OUTDATED else ""
        return {"status": outcome.status, "id": written.pk, "detail": detail, "errors": []}


def _key_of(request: Request, row: dict[str, Any]) -> tuple[str, str]:
    bound = bound_source(request.user)
    source, external_id = row.get("source", bound), row.get("external_id", "")
    missing = {
        name: "Give it as text."
        for name, value in (("source", source), ("external_id", external_id))
        if not (isinstance(value, str) and value)
    }
    if missing:
        raise ValidationError(missing)
    if bound and source != bound:
        raise PermissionDenied(f"This key is for records of the source {bound}.")
    return source, external_id


def _refused(error: APIException) -> dict[str, Any]:
    is_of_fields = isinstance(error, ValidationError) and isinstance(error.detail, dict)
    errors = list(field_errors(error.detail)) if is_of_fields else []
    detail = "Some values cannot be taken." if errors else first_text(error.detail)
    return {"status": error.status_code, "id": None, "detail": detail, "errors": errors}
