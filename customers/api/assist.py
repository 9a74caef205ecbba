"""Endpoints of tickets and customers for what is suggested and summed up."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.serializers.assist import DraftSerializer, SummarySerializer
from customers.assisting.generators import generator_on
from customers.models import Draft, Summary


def _summary(request: Request, **of: Any) -> Response:
    """The summary of a record; posting has it made anew."""
    if request.method == "POST":
        user: Any = request.user
        asked = Summary.objects.ask(by=user, **of)
        return Response(SummarySerializer(asked).data, status=status.HTTP_202_ACCEPTED)
    summary = Summary.objects.filter(**of).first()
    if summary is None:
        return Response(status=status.HTTP_204_NO_CONTENT)
    return Response(SummarySerializer(summary).data)


class AssistedTicket:
    """Adds to the tickets what is suggested as a reply, and their summary."""

    get_object: Any

    @extend_schema(
        methods=["GET"], responses=DraftSerializer(many=True), operation_id="ticket_drafts_read"
    )
    @extend_schema(methods=["POST"], request=DraftSerializer, responses={202: DraftSerializer})
    @action(detail=True, methods=["get", "post"], filter_backends=[], pagination_class=None)
    def drafts(self, request: Request, pk: str) -> Response:
        """The replies that were suggested last, best first; posting asks for suggestions, which
        a worker writes. Tone and length count where a generator is switched on for replies.
        """
        ticket = self.get_object()
        if request.method == "GET":
            rows = Draft.objects.latest_of(ticket)
            return Response(DraftSerializer(rows, many=True).data)
        wished = DraftSerializer(data=request.data)
        wished.is_valid(raise_exception=True)
        named = wished.validated_data if generator_on("reply") else {}
        draft = Draft.objects.ask_for(ticket, by=request.user, **named)  # type: ignore[arg-type]
        return Response(DraftSerializer(draft).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        methods=["GET"],
        responses={200: SummarySerializer, 204: None},
        operation_id="ticket_summary_read",
    )
    @extend_schema(methods=["POST"], request=None, responses={202: SummarySerializer})
    @action(detail=True, methods=["get", "post"], filter_backends=[], pagination_class=None)
    def summary(self, request: Request, pk: str) -> Response:
        """The summary of the conversation; posting has it made anew."""
        return _summary(request, ticket=self.get_object())


class AssistedCustomer:
    """Adds to the customers the summary of their texts."""

    get_object: Any

    @extend_schema(
        methods=["GET"],
        responses={200: SummarySerializer, 204: None},
        operation_id="customer_summary_read",
    )
    @extend_schema(methods=["POST"], request=None, responses={202: SummarySerializer})
    @action(detail=True, methods=["get", "post"], filter_backends=[], pagination_class=None)
    def summary(self, request: Request, pk: str) -> Response:
        """The summary of what the customer wrote; posting has it made anew."""
        return _summary(request, customer=self.get_object())
