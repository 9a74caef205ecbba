"""Endpoints of a record for what belongs to it as recommendations go."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.pagination import NewestFirstCursor
from customers.api.serializers.related import (
    BoughtTogetherSerializer,
    NextBestSerializer,
    ProspectSearchSerializer,
    ProspectSerializer,
    ShownSerializer,
    SimilarProductSerializer,
)
from customers.holdout import note_shown
from customers.models import ProspectSearch
from customers.next_best import in_segment, next_best


class ByRank(NewestFirstCursor):
    """The best first."""

    ordering = ("rank", "id")


class RelatedToProduct:
    """Adds to the products what is like them, goes with them, and whom to tell."""

    get_object: Any
    paginator: Any

    @extend_schema(responses=SimilarProductSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None)
    def similar(self, request: Request, pk: str) -> Response:
        """The products most like this one."""
        rows = self.get_object().similar.select_related("similar").defer("similar__search")
        return Response(SimilarProductSerializer(rows.order_by("rank"), many=True).data)

    @extend_schema(responses=BoughtTogetherSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None, url_path="bought-together")
    def bought_together(self, request: Request, pk: str) -> Response:
        """What is bought in the same orders, more often than by chance."""
        rows = self.get_object().bought_together.select_related("other").defer("other__search")
        return Response(BoughtTogetherSerializer(rows.order_by("rank"), many=True).data)

    @extend_schema(responses=ProspectSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=ByRank)
    def prospects(self, request: Request, pk: str) -> Response:
        """Whom to tell about this product, as the latest search found: customers who agreed
        to marketing, have not bought it and did not complain about it.
        """
        rows = self.get_object().prospects.to_tell().select_related("customer")
        page = self.paginator.paginate_queryset(rows.defer("customer__search"), request)
        return self.paginator.get_paginated_response(ProspectSerializer(page, many=True).data)

    @extend_schema(
        methods=["GET"],
        responses={200: ProspectSearchSerializer, 204: None},
        operation_id="prospect_search_read",
    )
    @extend_schema(methods=["POST"], request=None, responses={202: ProspectSearchSerializer})
    @action(
        detail=True,
        methods=["get", "post"],
        filter_backends=[],
        pagination_class=None,
        url_path="prospects/search",
    )
    def prospect_search(self, request: Request, pk: str) -> Response:
        """How the search for prospects stands; posting asks for another one."""
        product = self.get_object()
        if request.method == "POST":
            search = ProspectSearch.objects.ask(product, by=request.user)  # type: ignore[arg-type]
            answer = ProspectSearchSerializer(search).data
            return Response(answer, status=status.HTTP_202_ACCEPTED)
        search = ProspectSearch.objects.filter(product=product).first()
        if search is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(ProspectSearchSerializer(search).data)


class RelatedToCustomer:
    """Adds to the customers what was shown to them."""

    get_object: Any

    @extend_schema(request=ShownSerializer, responses={204: None})
    @action(detail=True, methods=["post"], filter_backends=[], url_path="recommendations/shown")
    def shown(self, request: Request, pk: str) -> Response:
        """Say that these products were shown to the customer, so that their effect can be
        told. Only for lists that were not fetched live: those are counted by themselves.
        """
        customer = self.get_object()
        told = ShownSerializer(data=request.data, context={"request": request})
        told.is_valid(raise_exception=True)
        stored = customer.recommendations.values_list("method", "model_version").first()
        method, version = stored or ("", "")
        note_shown(
            customer.pk, told.validated_data["products"], method=method, model_version=version
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class RelatedToSegment:
    """Adds to the segments what to offer them."""

    get_object: Any

    @extend_schema(responses=NextBestSerializer(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None, url_path="next-best")
    def next_best(self, request: Request, pk: str) -> Response:
        """The next best products for a segment: those recommended most among its members."""
        found = next_best(*in_segment(self.get_object().pk))
        rows = [{"rank": rank, "found": one} for rank, one in enumerate(found, start=1)]
        return Response(NextBestSerializer(rows, many=True).data)
