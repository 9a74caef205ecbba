"""The endpoint of audiences: read by all roles, written by managers, counted, and listed."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from customers.api import filters
from customers.api.permissions import HasRole, ManagersWrite
from customers.api.problems import Conflict
from customers.api.serializers.audiences import (
    AudienceSerializer,
    FieldSerializer,
    RulesSerializer,
    SizeSerializer,
)
from customers.api.serializers.customers import CustomerSerializer
from customers.api.viewsets import VisibleRows
from customers.audiences.compiling import condition, members
from customers.audiences.counting import PATIENT_MS, size_of
from customers.audiences.fields import Field
from customers.audiences.moment import Moment
from customers.audiences.reading import read
from customers.audiences.references import naming
from customers.audiences.registry import fields as known_fields
from customers.models import Audience, Customer


class AudienceViewSet(VisibleRows, ModelViewSet):
    """Audiences: customers chosen by rules. All roles read, managers write."""

    scope = "audiences"
    reading_actions = ("count_rules",)
    queryset = Audience.objects.all()
    serializer_class = AudienceSerializer
    filterset_class = filters.AudienceFilter
    permission_classes = (ManagersWrite,)

    def perform_destroy(self, instance: Audience) -> None:
        """Delete it; refused while another audience is made of it."""
        others = naming(instance)
        if others:
            raise Conflict(f"These audiences are made of it: {', '.join(map(str, others))}.")
        instance.delete()

    @extend_schema(responses=CustomerSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def customers(self, request: Request, pk: str) -> Response:
        """The customers who meet the rules now, newest first, page by page."""
        rows = _people(members(self._audience(pk))).visible_to(request.user)
        page = self.paginate_queryset(rows)
        context = self.get_serializer_context()
        return self.get_paginated_response(
            CustomerSerializer(page, many=True, context=context).data
        )

    @extend_schema(responses=SizeSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def count(self, request: Request, pk: str) -> Response:
        """How many customers meet the rules now."""
        return _size(members(self._audience(pk)), request)

    @extend_schema(request=RulesSerializer, responses=SizeSerializer)
    @action(
        detail=False,
        methods=["post"],
        url_path="count",
        filter_backends=[],
        pagination_class=None,
        permission_classes=[HasRole],
    )
    def count_rules(self, request: Request) -> Response:
        """How many customers meet rules that are not stored."""
        serializer = RulesSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = condition(read(serializer.validated_data["rules"]).root, Moment())
        return _size(Customer.objects.filter(asked), request)

    @extend_schema(responses=FieldSerializer(many=True))
    @action(detail=False, filter_backends=[], pagination_class=None)
    def fields(self, request: Request) -> Response:
        """What rules may name, and what can be asked of it."""
        told = [
            FieldSerializer({**_told(field), "operators": field.operators.values()}).data
            for field in known_fields().values()
        ]
        return Response(told)

    def _audience(self, pk: str) -> Audience:
        return get_object_or_404(Audience.objects.visible_to(self.request.user), pk=pk)


def _told(field: Field) -> dict[str, Any]:
    names = ("name", "label", "kind", "unit", "modifiers")
    return {name: getattr(field, name) for name in names}


def _people(rows: Any) -> Any:
    return rows.select_related("segment_set_by", "segment").defer("search")


def _size(rows: Any, request: Request) -> Response:
    size = size_of(rows.visible_to(request.user), within_ms=PATIENT_MS)
    return Response(SizeSerializer(size).data)
