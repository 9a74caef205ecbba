"""Files with more rows than one call takes: sent, looked into, checked and taken in by a worker."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from customers.api.problems import Conflict
from customers.api.viewsets import VisibleRows
from customers.doorbell import ring
from customers.imports.formats import FORMATS
from customers.imports.rejects import refused_lines
from customers.models import Import
from customers.models.base import bound_source
from customers.tasks import run_import


class ImportSerializer(serializers.ModelSerializer):
    """A file and what became of its rows. `ready` waits for its mapping to be confirmed, by
    `start`; rows that were refused are at `rejects`.
    """

    file = serializers.FileField(write_only=True)
    format = serializers.ChoiceField(
        choices=sorted(FORMATS),
        required=False,
        allow_blank=True,
        help_text="Recognised by its columns without it.",
    )
    source = serializers.SlugField(  # type: ignore[assignment]
        max_length=40, help_text="The system that the rows are of."
    )

    class Meta:
        model = Import
        fields = (
            *("id", "file", "file_name", "format", "source", "status", "columns", "mapping"),
            *("rows_total", "read", "created", "updated", "unchanged", "rejected", "error"),
            *("check_result", "created_at", "started_at", "finished_at"),
        )
        read_only_fields = tuple(
            name for name in fields if name not in ("file", "format", "source")
        )


class StartSerializer(serializers.Serializer):
    """How the file is read: columns by the names of what they hold; without it as proposed."""

    mapping = serializers.DictField(child=serializers.CharField(), required=False)


class ImportViewSet(VisibleRows, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Imports: send a file, look at what was recognised, then check it or take it in."""

    scope = "imports"
    queryset = Import.objects.defer("sample")
    serializer_class = ImportSerializer

    def get_queryset(self) -> Any:
        """Those that the caller sent; for people of the shop what they may see."""
        user: Any = self.request.user
        rows: Any = super().get_queryset()
        return rows if user.is_staff_member else rows.filter(created_by=user)

    @extend_schema(
        request={"multipart/form-data": ImportSerializer}, responses={202: ImportSerializer}
    )
    def create(self, request: Request) -> Response:
        """Send a file of CSV, XLSX, JSON lines or Parquet. Look at its address until its status
        is `ready`.
        """
        said = self.get_serializer(data=request.data)
        said.is_valid(raise_exception=True)
        bound = bound_source(request.user)
        if bound and said.validated_data["source"] != bound:
            raise PermissionDenied(f"This key is for records of the source {bound}.")
        name = said.validated_data["file"].name
        run = said.save(file_name=name, created_by=request.user)
        ring(run_import, run.pk)
        return Response(self.get_serializer(run).data, status=HTTPStatus.ACCEPTED)

    @extend_schema(request=StartSerializer, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def check(self, request: Request, pk: str) -> Response:
        """Have all rows checked; nothing is written."""
        return self._asked(request, Import.Status.CHECKING)

    @extend_schema(request=StartSerializer, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def start(self, request: Request, pk: str) -> Response:
        """Take the rows in."""
        return self._asked(request, Import.Status.QUEUED)

    @extend_schema(request=None, responses={200: ImportSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it where it is; what went in stays."""
        run = self.get_object()
        if not run.cancel():
            raise Conflict("It is finished.")
        run.refresh_from_db()
        return Response(self.get_serializer(run).data)

    @extend_schema(responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)})
    @action(detail=True, filter_backends=[], pagination_class=None)
    def rejects(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The rows that were refused, with the reason of each, as CSV that can be sent again."""
        run = self.get_object()
        return StreamingHttpResponse(refused_lines(run), content_type="text/csv; charset=utf-8")

    def get_parsers(self) -> list[Any]:
        """A file comes as a form, everything else as JSON."""
        is_file = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if is_file else super().get_parsers()

    def _asked(self, request: Request, status: str) -> Response:
        run, said = self.get_object(), StartSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        if "mapping" in said.validated_data:
            run.mapping = said.validated_data["mapping"]
            run.save(update_fields=["mapping"])
        if not run.ask_for(status):
            raise Conflict(f"It cannot be done now: the import is {run.get_status_display()}.")
        run.refresh_from_db()
        ring(run_import, run.pk)
        return Response(self.get_serializer(run).data, status=HTTPStatus.ACCEPTED)
