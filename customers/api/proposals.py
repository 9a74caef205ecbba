"""Proposing by the API. Deciding is for people, on the screens."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from customers.api.filters import ProposalFilter
from customers.api.serializers.proposals import ProposalSerializer
from customers.api.viewsets import VisibleRows
from customers.models import ApiKey, Proposal
from customers.proposals.deciding import propose
from customers.proposals.lines import Refused


class ProposalViewSet(
    VisibleRows, mixins.RetrieveModelMixin, mixins.ListModelMixin, GenericViewSet
):
    """What a key's owner proposed, and what was decided about it."""

    scope = "proposals"
    queryset = Proposal.objects.select_related("decided_by")
    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter

    @extend_schema(
        responses={
            201: ProposalSerializer,
            200: OpenApiResponse(ProposalSerializer, "The same was proposed, and waits."),
        }
    )
    def create(self, request: Request) -> Response:
        """Propose. Nothing happens before a person of the shop confirms it."""
        if not isinstance(request.auth, ApiKey):
            raise PermissionDenied("Proposals are made with a key; do it yourself on the screens.")
        said = self.get_serializer(data=request.data)
        said.is_valid(raise_exception=True)
        columns: Any = said.validated_data
        try:
            proposal, is_new = propose(request.auth, columns)
        except Refused as error:
            raise ValidationError(str(error)) from error
        done = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(proposal).data, done)
