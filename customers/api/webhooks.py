"""The endpoints of webhooks, for keys of admins: made, watched, rotated, switched off, replayed."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django_filters import rest_framework as django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet

from customers.api.pagination import ByNameCursor, LatestAddedCursor
from customers.api.permissions import HasRole
from customers.api.problems import Conflict
from customers.api.serializers.webhooks import (
    DeliverySerializer,
    NewWebhookSerializer,
    ReplayedSerializer,
    RotationSerializer,
    WebhookSerializer,
)
from customers.api.viewsets import VisibleRows
from customers.journal.recording import recorded
from customers.models import JournalEntry, WebhookDelivery, WebhookEndpoint
from customers.webhooks.signing import secret_of
from customers.webhooks.trying import send_test


class AdminsAlone(HasRole):
    """Admins, as on the screens of webhooks."""

    message = "Admins alone see and change webhooks."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the key's owner is an admin."""
        return super().has_permission(request, view) and bool(
            getattr(request.user, "is_admin", False)
        )


@extend_schema_view(create=extend_schema(responses={201: NewWebhookSerializer}))
class WebhookViewSet(VisibleRows, ModelViewSet):
    """Webhooks: addresses of other systems that hear of events."""

    scope = "webhooks"
    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookSerializer
    permission_classes = (AdminsAlone,)
    pagination_class = ByNameCursor
    filterset_fields = ("is_active",)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add an endpoint. The answer is the one that shows its secret."""
        said = self.get_serializer(data=request.data)
        said.is_valid(raise_exception=True)
        return self._with_secret(said.save(), HTTPStatus.CREATED)

    def perform_destroy(self, instance: WebhookEndpoint) -> None:
        """Take it away with its log; what it did not hear yet it does not hear."""
        with recorded(JournalEntry.Kind.EDITED, by=self._user(), note=str(instance)) as journal:
            instance.deliveries.all().delete()
            journal.delete(WebhookEndpoint.objects.filter(pk=instance.pk))

    @extend_schema(request=RotationSerializer, responses={200: NewWebhookSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def rotate(self, request: Request, pk: str) -> Response:
        """Make a new secret, which this answer shows; the one before signs too, for a while."""
        endpoint, said = self.get_object(), RotationSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        endpoint.rotate(timedelta(hours=said.validated_data["overlap_hours"]))
        return self._with_secret(endpoint, HTTPStatus.OK)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"], filter_backends=[], url_path="test")
    def send_test(self, request: Request, pk: str) -> Response:
        """Send it an event that tells of nothing; 409 while it is not active."""
        endpoint = self.get_object()
        if not endpoint.is_active:
            raise Conflict("It is not active.")
        sent = DeliverySerializer(send_test(endpoint)).data
        return Response(sent, status=HTTPStatus.ACCEPTED)

    @extend_schema(request=None, responses={200: ReplayedSerializer})
    @action(detail=True, methods=["post"], filter_backends=[], url_path="replay-failed")
    def replay_failed(self, request: Request, pk: str) -> Response:
        """Send all that was given up again."""
        rows = WebhookDelivery.objects.filter(endpoint=self.get_object())
        return Response({"replayed": rows.failed().replay()})

    def kept_answer(self, response: Any) -> bytes:
        """The answer as it is kept for a repeated call: a secret is stored nowhere."""
        told = getattr(response, "data", None)
        if isinstance(told, dict) and "secret" in told:
            return json.dumps(json.loads(response.content) | {"secret": None}).encode()
        return super().kept_answer(response)

    def _with_secret(self, endpoint: WebhookEndpoint, status: int) -> Response:
        told = WebhookSerializer(endpoint).data
        headers = {"Cache-Control": "no-store"}
        return Response({**told, "secret": secret_of(endpoint)}, status=status, headers=headers)

    def _user(self) -> Any:
        return self.request.user


class DeliveryFilter(django_filters.FilterSet):
    """By endpoint and by what came of it."""

    endpoint = django_filters.NumberFilter(field_name="endpoint_id")

    class Meta:
        model = WebhookDelivery
        fields = ("status",)


class DeliveryViewSet(VisibleRows, ReadOnlyModelViewSet):
    """Events on their way to endpoints: the log, the latest first."""

    scope = "webhooks"
    queryset = WebhookDelivery.objects.select_related("event")
    serializer_class = DeliverySerializer
    permission_classes = (AdminsAlone,)
    filterset_class = DeliveryFilter
    pagination_class = LatestAddedCursor

    @extend_schema(request=None, responses={200: DeliverySerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def replay(self, request: Request, pk: str) -> Response:
        """Send the event again, under the id that it had; one under way stays."""
        delivery = self.get_object()
        WebhookDelivery.objects.filter(pk=delivery.pk).replay()
        return Response(self.get_serializer(self.get_object()).data)
