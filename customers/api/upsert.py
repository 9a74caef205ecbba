"""Writing a record by the key that its source system knows it by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.etags import IF_MATCH, etag_of
from customers.api.problems import Conflict
from customers.models import SourceVersion
from customers.models.base import bound_source
from customers.source_deletes import StillNeeded, end_at_source

BY_EXTERNAL_ID = r"by-external-id/(?P<source>[-\w]{1,40})/(?P<external_id>[^/\x00]{1,120})"


VERSION = "source_updated_at"
VERSION_SAYS = (
    "When the record changed at its source. Data that is older than what came before is left out."
)
DELETED_AT = OpenApiParameter(
    VERSION,
    OpenApiTypes.DATETIME,
    description="When it was deleted at its source; else now. What came later stays.",
)


class Outcome(Enum):
    """What became of a record that was written by its external id."""

    CREATED = "created"
    UPDATED = "updated"
    OUTDATED = "outdated"

    @property
    def status(self) -> int:
        """The status of an answer that tells it."""
        return status.HTTP_201_CREATED if self is Outcome.CREATED else status.HTTP_200_OK


class UpsertMixin:
    """Adds `PUT .../by-external-id/SOURCE/EXTERNAL_ID/` and `GET` to a viewset, and keeps a key
    that is bound to a source from writing records of another.
    """

    kwargs: dict[str, Any]
    request: Any

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As the framework's; refuses values of another source before anything is looked up."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        bound = bound_source(request.user)
        if bound and request.method not in SAFE_METHODS:
            said = request.data if isinstance(request.data, dict) else {}
            if [kwargs.get("source", bound), said.get("source", bound)] != [bound, bound]:
                raise PermissionDenied(f"This key is for records of the source {bound}.")

    def perform_create(self, serializer: Any) -> None:
        """Create; what a bound key makes is of its source."""
        bound = bound_source(self.request.user)
        serializer.save(**({"source": bound} if bound else {}))

    @extend_schema(methods=["PUT"], parameters=[IF_MATCH])
    @action(detail=False, methods=["get", "put"], url_path=BY_EXTERNAL_ID, filter_backends=[])
    def by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        """Read the record that `source` knows by this id, or create or update it.

        Writing equal values again changes nothing and answers 200. Of a record that is there the
        values that are left out stay. With `source_updated_at`, when the record changed at its
        source, older data is left out: the answer is the record as it is, with the header
        `Outdated: true`.
        """
        if request.method != "PUT":
            return self.retrieve(request)  # type: ignore[attr-defined]
        row = self._known(source, external_id)
        with transaction.atomic():
            self.check_state(request, row)  # type: ignore[attr-defined]
            row, outcome = self.upsert(_object_in(request), source, external_id)
        shown = self.get_serializer(row).data  # type: ignore[attr-defined]
        headers = {"ETag": etag_of(shown)}
        if outcome is Outcome.OUTDATED:
            headers["Outdated"] = "true"
        return Response(shown, status=outcome.status, headers=headers)

    @extend_schema(parameters=[IF_MATCH, DELETED_AT], request=None, responses={204: None})
    @by_external_id.mapping.delete
    def end_by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        """Tell that the source deleted the record. Orders are cancelled, products no longer sold
        and tickets closed, since others refer to them. Reviews, articles and companies are
        deleted; so are customers, but for those with orders, tickets or texts here: their erasure
        is asked for (409).

        What is older than what came before is left out (`Outdated: true`). Data from before the
        deletion does not bring the record back, however late it arrives.
        """
        said = request.query_params.get(VERSION)
        version_at = _moment_in(said or None) or timezone.now()
        row = self._known(source, external_id)
        if row is None and not said:
            raise Http404
        with transaction.atomic():
            self.check_state(request, row)  # type: ignore[attr-defined]
            is_newest = self._advanced(source, external_id, version_at, deleted=True)
            if is_newest and row is not None:
                _end(row, source, external_id, by=request.user)
        headers = {} if is_newest else {"Outdated": "true"}
        return Response(status=status.HTTP_204_NO_CONTENT, headers=headers)

    def upsert(self, data: Mapping[str, Any], source: str, external_id: str) -> tuple[Any, Outcome]:
        """Create or update the record that `source` knows so: the record, and what became of it.
        Data that says `source_updated_at` is taken only where it is not older than what came
        before. Raises ValidationError for values that cannot be taken.
        """
        try:
            with transaction.atomic():
                return self._written(data, source, external_id)
        except IntegrityError:
            # Somebody else created it between our look and our write: now it is an update.
            with transaction.atomic():
                return self._written(data, source, external_id)

    def get_object(self) -> Any:
        """The record by its id, or by source and external id where the address has those."""
        if "external_id" in self.kwargs:
            self.kwargs["pk"] = self._pk_of(self.kwargs["source"], self.kwargs["external_id"])
        return super().get_object()  # type: ignore[misc]

    def _written(
        self, data: Mapping[str, Any], source: str, external_id: str
    ) -> tuple[Any, Outcome]:
        data = dict(data)
        version_at = _moment_in(data.pop(VERSION, None))
        is_newest = version_at is None or self._advanced(source, external_id, version_at)
        row = self._known(source, external_id)
        if not is_newest:
            if row is None:
                raise Conflict("It was deleted at its source after this.")
            return row, Outcome.OUTDATED
        if row is not None:  # a customer that was merged keeps the key of the one that stayed
            source, external_id = row.source, row.external_id
        keyed = {**data, "source": source, "external_id": external_id}
        serializer = self.get_serializer(row, data=keyed, partial=row is not None)  # type: ignore[attr-defined]
        serializer.is_valid(raise_exception=True)
        return serializer.save(), Outcome.UPDATED if row else Outcome.CREATED

    def _advanced(
        self, source: str, external_id: str, version_at: datetime, *, deleted: bool = False
    ) -> bool:
        kind = self.get_queryset().model._meta.model_name  # type: ignore[attr-defined]
        version = {external_id: version_at}
        return bool(SourceVersion.objects.advance(kind, source, version, deleted=deleted))

    def _known(self, source: str, external_id: str) -> Any:
        rows: Any = self.get_queryset()  # type: ignore[attr-defined]
        return rows.from_source(source, external_id).first()

    def _pk_of(self, source: str, external_id: str) -> int:
        rows: Any = self.get_queryset()  # type: ignore[attr-defined]
        pks = rows.from_source(source, external_id).values_list("pk", flat=True)
        return pks.first() or 0


def _end(row: Any, source: str, external_id: str, *, by: Any) -> None:
    if (row.source, row.external_id) != (source, external_id):
        raise Conflict("It was merged with another record, which stays.")
    try:
        end_at_source(row, by=by)
    except StillNeeded as error:
        raise Conflict(str(error)) from error


def upsert_of(record: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """What a write by external id takes for records of this serializer, for the schema."""
    meta: Any = record.Meta  # type: ignore[attr-defined]
    names = [name for name in meta.fields if name not in ("source", "external_id")]
    return type(
        record.__name__.removesuffix("Serializer") + "UpsertSerializer",
        (record,),
        {
            "__doc__": record.__doc__,
            VERSION: serializers.DateTimeField(
                write_only=True, required=False, allow_null=True, help_text=VERSION_SAYS
            ),
            "Meta": type("Meta", (meta,), {"fields": (*names, VERSION)}),
        },
    )


def _moment_in(said: Any) -> datetime | None:
    """When the record changed at its source. Raises ValidationError for what is no time."""
    if said is None:
        return None
    try:
        return serializers.DateTimeField().run_validation(said)
    except ValidationError as error:
        raise ValidationError({VERSION: error.detail}) from error


def _object_in(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ValidationError("Send one JSON object with the values of the record.")
    return request.data
