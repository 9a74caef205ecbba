"""What changed since: for partners who keep a copy of the records."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.pagination import whole_number
from customers.models import RecordChange
from customers.models.base import bound_source
from customers.models.record_change import Place

PLACE = re.compile(r"(\d{1,18})-(\d{1,18})")
USUAL, MOST = 100, 200
SINCE = OpenApiParameter(
    "since",
    {"type": "string", "pattern": f"^{PLACE.pattern}$".replace(r"\d", "[0-9]")},
    description="The `next` of the answer before; else all.",
)
LIMIT = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1}, description=f"At most {MOST} are given."
)


class OutOfDate(APIException):
    """The place is from before the database was restored."""

    status_code = HTTPStatus.GONE
    default_detail = "This place is from before a restore of the database: begin without `since`."


class ChangesMixin:
    """Adds `GET .../changes/?since=` to a viewset of records."""

    get_queryset: Any
    get_serializer: Any

    @extend_schema(parameters=[SINCE, LIMIT])
    @action(detail=False, filter_backends=[], pagination_class=None)
    def changes(self, request: Request) -> Response:
        """Records in the order in which they changed last, predictions included: `results` as
        they are now, and the ids of those that are `deleted`. Keep `next` and ask again with it;
        where `more` is false all is told. No change is left out, however long its transaction
        took; one may be told twice.
        """
        place, limit = _place(request), whole_number(request, "limit", usual=USUAL, most=MOST)
        kind = self.get_queryset().model._meta.model_name
        if not RecordChange.objects.knows(place, kind=kind):
            raise OutOfDate
        source = bound_source(request.user)
        found = RecordChange.objects.after(place, kind=kind, source=source, limit=limit + 1)
        told, is_more = found[:limit], len(found) > limit
        rows = self.get_queryset().in_bulk([change.record_id for change in told])
        standing = [rows[change.record_id] for change in told if change.record_id in rows]
        last = told[-1].place if told else place
        return Response(
            {
                "results": self.get_serializer(standing, many=True).data,
                "deleted": [change.record_id for change in told if change.is_deleted],
                "next": f"{last.changed_in}-{last.record_id}",
                "more": is_more,
            }
        )


def _place(request: Request) -> Place:
    said = request.query_params.get("since", "")
    if not said:
        return Place()
    found = PLACE.fullmatch(said)
    if not found:
        raise ValidationError({"since": "Give the `next` of an earlier answer."})
    return Place(int(found[1]), int(found[2]))


def changes_of(record: type[serializers.Serializer]) -> serializers.Serializer:
    """What the answer looks like for records of this serializer, for the schema."""
    name = record.__name__.removesuffix("Serializer")
    return inline_serializer(
        f"{name}Changes",
        {
            "results": record(many=True, help_text="As they are now."),
            "deleted": serializers.ListField(
                child=serializers.IntegerField(), help_text="Ids of those that are gone."
            ),
            "next": serializers.CharField(help_text="The `since` of the next call."),
            "more": serializers.BooleanField(help_text="Whether there is more by now."),
        },
    )
