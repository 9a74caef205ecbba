"""The endpoints: pure declaration, apart from verbs that call one method of a model."""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ModelViewSet, ReadOnlyModelViewSet

from customers.api import filters
from customers.api.assist import AssistedCustomer, AssistedTicket
from customers.api.bulk import BulkMixin
from customers.api.changes import ChangesMixin, changes_of
from customers.api.etags import IF_MATCH, EtagMixin
from customers.api.idempotency import OncePerKey
from customers.api.pagination import (
    ByNameCursor,
    ByRankCursor,
    BySlugPages,
    LatestAddedCursor,
    LatestFirstCursor,
    LatestRaisedCursor,
    NewestFoundCursor,
)
from customers.api.related import RelatedToCustomer, RelatedToProduct, RelatedToSegment
from customers.api.serializers.alarms import AlarmSerializer, DismissalSerializer
from customers.api.serializers.aspects import AspectSerializer
from customers.api.serializers.companies import CompanySerializer, ContactPointSerializer
from customers.api.serializers.corrections import CorrectionSerializer
from customers.api.serializers.customers import CustomerSerializer, SegmentSerializer
from customers.api.serializers.findings import FindingSerializer
from customers.api.serializers.knowledge import (
    ArticleSerializer,
    MacroSerializer,
    RecommendationSerializer,
)
from customers.api.serializers.orders import OrderSerializer
from customers.api.serializers.products import ProductSerializer
from customers.api.serializers.records import FIELDS
from customers.api.serializers.reviews import ReviewSerializer
from customers.api.serializers.tickets import IntentSerializer, MessageSerializer, TicketSerializer
from customers.api.serializers.topics import TopicSerializer
from customers.api.upsert import UpsertMixin, upsert_of
from customers.decisions import withdraw
from customers.duplicates.likely import likely_duplicates
from customers.models import (
    Alarm,
    Article,
    Aspect,
    Company,
    ContactPoint,
    Correction,
    Customer,
    Finding,
    Intent,
    Macro,
    Order,
    Product,
    Recommendation,
    Review,
    Segment,
    Ticket,
    Topic,
)
from customers.people.contacts import remove

SLUG = "[-a-zA-Z0-9_]+"


class VisibleRows(OncePerKey):
    """Narrows every query to the rows that the asking user may see. `scope` is the part of the
    API that a key must be given.
    """

    scope = ""

    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> models.QuerySet:
        """The visible rows."""
        rows: Any = super().get_queryset()  # type: ignore[misc]
        return rows.visible_to(self.request.user)  # type: ignore[attr-defined]


@extend_schema_view(
    list=extend_schema(parameters=[FIELDS]),
    retrieve=extend_schema(parameters=[FIELDS]),
    update=extend_schema(parameters=[IF_MATCH]),
    partial_update=extend_schema(parameters=[IF_MATCH]),
)
class RecordViewSet(
    BulkMixin,
    ChangesMixin,
    UpsertMixin,
    EtagMixin,
    VisibleRows,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.ListModelMixin,
    GenericViewSet,
):
    """List, read, create and update a record, by id or by source and external id."""

    refuses = {"changes": {400, 410}}

    def request_serializers(self, method: str) -> Any:
        """For the schema: a write by external id may say when the record changed."""
        record: Any = self.serializer_class
        return upsert_of(record) if self._is_upsert(method) else None

    def response_serializers(self, method: str) -> Any:
        """For the schema: what the actions answer that are no record or list of records."""
        record: Any = self.serializer_class
        if getattr(self, "action", "") == "changes":
            return changes_of(record)
        return {200: record, 201: record} if self._is_upsert(method) else None

    def answer_headers(self, method: str) -> tuple[str, ...]:
        """For the schema: the record's state, and whether a write was left out."""
        headers = {
            **dict.fromkeys(("retrieve", "update", "partial_update"), ("ETag",)),
            "by_external_id": ("ETag", "Outdated") if method == "PUT" else ("ETag",),
            "end_by_external_id": ("Outdated",),
        }
        return headers.get(getattr(self, "action", ""), ())

    def _is_upsert(self, method: str) -> bool:
        return getattr(self, "action", "") == "by_external_id" and method == "PUT"


class CustomerViewSet(AssistedCustomer, RelatedToCustomer, RecordViewSet):
    """Customers with their statistics and segment."""

    # of whoever was erased; without `new_consent` they are not stored again
    refuses = RecordViewSet.refuses | {
        action: {410} for action in ("create", "update", "partial_update", "by_external_id")
    }
    scope = "customers"
    queryset = Customer.objects.select_related("segment_set_by", "segment").defer("search")
    serializer_class = CustomerSerializer
    filterset_class = filters.CustomerFilter

    def answer_headers(self, method: str) -> tuple[str, ...]:
        """For the schema: also who it may be."""
        is_new = getattr(self, "action", "") == "create"
        return ("Possible-Duplicates",) if is_new else super().answer_headers(method)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create the customer; the header `Possible-Duplicates` names those whom it may be."""
        response = super().create(request, *args, **kwargs)
        customer = Customer.objects.defer("search").get(pk=response.data["id"])
        if alike := likely_duplicates(customer):
            response["Possible-Duplicates"] = ", ".join(str(one.customer.pk) for one in alike)
        return response


class CompanyViewSet(RecordViewSet):
    """Companies; their people are the customers of that `company`."""

    scope = "companies"
    queryset = Company.objects.defer("search")
    serializer_class = CompanySerializer
    filterset_class = filters.CompanyFilter
    pagination_class = ByNameCursor


class ContactPointViewSet(VisibleRows, ModelViewSet):
    """Further e-mail addresses and phone numbers of customers."""

    scope = "customers"
    queryset = ContactPoint.objects.all()
    serializer_class = ContactPointSerializer
    filterset_class = filters.ContactPointFilter
    pagination_class = LatestAddedCursor

    def perform_destroy(self, instance: ContactPoint) -> None:
        """Take it away; the journal keeps it."""
        remove(instance, by=self.request.user)  # type: ignore[arg-type]


class ProductViewSet(RelatedToProduct, RecordViewSet):
    """Products."""

    scope = "products"
    queryset = Product.objects.defer("search")
    serializer_class = ProductSerializer
    filterset_class = filters.ProductFilter


class OrderViewSet(RecordViewSet):
    """Orders with their lines."""

    scope = "orders"
    queryset = Order.objects.prefetch_related("lines")
    serializer_class = OrderSerializer
    filterset_class = filters.OrderFilter


class TicketViewSet(AssistedTicket, RecordViewSet):
    """Tickets with their messages."""

    scope = "tickets"
    queryset = (
        Ticket.objects.select_related("intent_set_by", "intent", "sla__policy", "rating")
        .prefetch_related("messages__mentions")
        .defer("search")
    )
    serializer_class = TicketSerializer
    filterset_class = filters.TicketFilter

    @extend_schema(request=MessageSerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"], filter_backends=[], serializer_class=MessageSerializer)
    def messages(self, request: Request, pk: str) -> Response:
        """Add a message to the ticket; a customer's is read by the models."""
        ticket = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = {"author_kind": "customer", **serializer.validated_data}
        user: Any = request.user
        author = None if values["author_kind"] == "customer" else user
        # what a partner's system adds is never for staff alone, nor a customer's message
        if author is None or not user.is_staff_member:
            values["is_internal"] = False
        message = ticket.add_message(**values, author=author)
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)


class ReviewViewSet(RecordViewSet):
    """Reviews with the sentiment read from them."""

    scope = "reviews"
    queryset = Review.objects.prefetch_related("mentions")
    serializer_class = ReviewSerializer
    filterset_class = filters.ReviewFilter


class ArticleViewSet(RecordViewSet):
    """Help articles."""

    scope = "articles"
    queryset = Article.objects.defer("search", "searched_title", "searched_body")
    serializer_class = ArticleSerializer
    filterset_class = filters.ArticleFilter


class MacroViewSet(VisibleRows, ReadOnlyModelViewSet):
    """Answers that staff write once and insert into replies."""

    scope = "articles"
    queryset = Macro.objects.all()
    serializer_class = MacroSerializer
    filterset_class = filters.MacroFilter


class RecommendationViewSet(VisibleRows, ReadOnlyModelViewSet):
    """Products recommended to customers, with the reasons."""

    scope = "recommendations"
    queryset = Recommendation.objects.select_related("product")
    serializer_class = RecommendationSerializer
    filterset_class = filters.RecommendationFilter
    pagination_class = ByRankCursor


class CorrectionViewSet(
    VisibleRows,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    mixins.ListModelMixin,
    GenericViewSet,
):
    """What people said for or against the models; each is a row to train on."""

    scope = "corrections"
    queryset = Correction.objects.select_related("by")
    serializer_class = CorrectionSerializer
    filterset_class = filters.CorrectionFilter
    pagination_class = LatestFirstCursor

    def perform_destroy(self, instance: Correction) -> None:
        """Take the decision back."""
        withdraw(instance, by=self.request.user)  # type: ignore[arg-type]


class AlarmViewSet(VisibleRows, ReadOnlyModelViewSet):
    """Changes that are larger than chance, with the keys of the rows behind them."""

    scope = "insight"
    queryset = Alarm.objects.select_related("dismissed_by")
    serializer_class = AlarmSerializer
    filterset_class = filters.AlarmFilter
    pagination_class = LatestRaisedCursor

    @extend_schema(request=DismissalSerializer, responses={200: AlarmSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Put the alarm aside; the same thing raises none for 30 days."""
        alarm = self.get_object()
        said = DismissalSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        alarm.dismiss(by=request.user, reason=said.validated_data.get("reason", ""))
        return Response(self.get_serializer(alarm).data)

    @extend_schema(request=None, responses={200: AlarmSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the dismissal back."""
        alarm = self.get_object()
        alarm.bring_back()
        return Response(self.get_serializer(alarm).data)


class FindingViewSet(VisibleRows, ReadOnlyModelViewSet):
    """Contradictions, texts that are out of date, and articles to write."""

    scope = "insight"
    queryset = Finding.objects.select_related("dismissed_by")
    serializer_class = FindingSerializer
    filterset_class = filters.FindingFilter
    pagination_class = NewestFoundCursor

    @extend_schema(request=DismissalSerializer, responses={200: FindingSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Put the finding aside for as long as the texts stay as they are."""
        finding = self.get_object()
        said = DismissalSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        finding.dismiss(by=request.user, reason=said.validated_data.get("reason", ""))
        return Response(self.get_serializer(finding).data)

    @extend_schema(request=None, responses={200: FindingSerializer})
    @action(detail=True, methods=["post"], filter_backends=[])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the dismissal back."""
        finding = self.get_object()
        finding.bring_back()
        return Response(self.get_serializer(finding).data)


class TopicViewSet(VisibleRows, ReadOnlyModelViewSet):
    """What tickets and reviews are about; tickets and reviews name their topic."""

    scope = "insight"
    queryset = Topic.objects.all()
    serializer_class = TopicSerializer
    filterset_class = filters.TopicFilter
    pagination_class = NewestFoundCursor


class IntentViewSet(OncePerKey, ReadOnlyModelViewSet):
    """What customers may want with a ticket."""

    scope = "taxonomies"
    lookup_value_regex = SLUG
    queryset = Intent.objects.all()
    serializer_class = IntentSerializer
    pagination_class = BySlugPages


class AspectViewSet(OncePerKey, ReadOnlyModelViewSet):
    """What customers judge by itself in reviews and messages."""

    scope = "taxonomies"
    lookup_value_regex = SLUG
    queryset = Aspect.objects.all()
    serializer_class = AspectSerializer
    pagination_class = BySlugPages


class SegmentViewSet(RelatedToSegment, OncePerKey, ReadOnlyModelViewSet):
    """Kinds of customers."""

    scope = "taxonomies"
    lookup_value_regex = SLUG
    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    pagination_class = BySlugPages
