"""Writing a record by the key that its source system knows it by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.etags import etag_of
from customers.models.base import bound_source

BY_EXTERNAL_ID = r"by-external-id/(?P<source>[-\w]{1,40})/(?P<external_id>[^/]{1,120})"


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

    @action(detail=False, methods=["get", "put"], url_path=BY_EXTERNAL_ID, filter_backends=[])
    def by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        """Read the record that `source` knows by this id, or create or update it.

        Writing equal values again changes nothing and answers 200.
        """
        if request.method != "PUT":
            return self.retrieve(request)  # type: ignore[attr-defined]
        row = self._known(source, external_id)
        with transaction.atomic():
            self.check_state(request, row)  # type: ignore[attr-defined]
            row, is_new = self.upsert(_object_in(request), source, external_id)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        shown = self.get_serializer(row).data  # type: ignore[attr-defined]
        return Response(shown, status=code, headers={"ETag": etag_of(shown)})

    def upsert(self, data: Mapping[str, Any], source: str, external_id: str) -> tuple[Any, bool]:
        """Create or update the record that `source` knows so: the record, and whether it is new.
        Raises ValidationError for values that cannot be taken.
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

    def _written(self, data: Mapping[str, Any], source: str, external_id: str) -> tuple[Any, bool]:
        row = self._known(source, external_id)
        if row is not None:  # a customer that was merged keeps the key of the one that stayed
            source, external_id = row.source, row.external_id
        keyed = {**data, "source": source, "external_id": external_id}
        serializer = self.get_serializer(row, data=keyed, partial=row is not None)  # type: ignore[attr-defined]
        serializer.is_valid(raise_exception=True)
        return serializer.save(), row is None

    def _known(self, source: str, external_id: str) -> Any:
        rows: Any = self.get_queryset()  # type: ignore[attr-defined]
        return rows.from_source(source, external_id).first()

    def _pk_of(self, source: str, external_id: str) -> int:
        rows: Any = self.get_queryset()  # type: ignore[attr-defined]
        pks = rows.from_source(source, external_id).values_list("pk", flat=True)
        return pks.first() or 0


def _object_in(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ValidationError("Send one JSON object with the values of the record.")
    return request.data
