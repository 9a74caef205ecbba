"""Insight by the API: sales over a period, and the weekly digests."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from customers.api.idempotency import OncePerKey
from customers.api.pagination import NewestFirstCursor
from customers.api.viewsets import VisibleRows
from customers.insight.buckets import Grain, buckets_of, grain_of, shared_out
from customers.insight.digests import sentences_of
from customers.insight.paragraphs import shown_to
from customers.insight.scope import Scope, scope_of
from customers.insight.sentences import Sentence
from customers.insight.sums import sales_by, total
from customers.models import WeeklyDigest

MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4}


class SalesPartSerializer(serializers.Serializer):
    """One part of a period."""

    first = serializers.DateField()
    last = serializers.DateField()
    orders = serializers.IntegerField()
    returns = serializers.IntegerField()
    new_customers = serializers.IntegerField()
    units = serializers.IntegerField()
    revenue = serializers.DecimalField(**MONEY)
    returned = serializers.DecimalField(**MONEY)


class SalesSerializer(serializers.Serializer):
    """Sales of one currency over a period, in days, weeks or months."""

    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    grain = serializers.ChoiceField(choices=[grain.value for grain in Grain])
    parts = SalesPartSerializer(many=True)


def _asked(name: str, kind: Any, says: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=says, **more)


class SalesView(OncePerKey, APIView):
    """Sales over time, read from the sums that are kept by day."""

    scope = "insight"

    @extend_schema(
        operation_id="insight_sales",
        responses=SalesSerializer,
        parameters=[
            _asked("from", OpenApiTypes.DATE, "The first day; else 365 days before the last."),
            _asked("to", OpenApiTypes.DATE, "The last day; else that of the last sale."),
            _asked("currency", str, "ISO 4217; else the one of most orders."),
            _asked("source", str, "Of one source alone; `own` for records that were made here."),
            _asked("grain", str, "Else as the period's length asks for.", enum=list(Grain)),
        ],
    )
    def get(self, request: Request) -> Response:
        """The sums of each day, week (from Monday) or month of the period."""
        asked = {name: str(value) for name, value in request.query_params.items()}
        scope, grain = scope_of(asked), asked.get("grain", "")
        chosen = Grain(grain) if grain in list(Grain) else grain_of(scope.period)
        return Response(SalesSerializer(_series(scope, chosen)).data)


def _series(scope: Scope, grain: Grain) -> dict[str, Any]:
    by_day = sales_by(scope, "day_on")
    buckets = buckets_of(scope.period, grain)
    parts = []
    for bucket, days in zip(buckets, shared_out(by_day, lambda day: day, buckets), strict=True):
        sums = total(by_day[day] for day in days)
        names = ("orders", "returns", "new_customers", "units", "revenue", "returned")
        values = {name: getattr(sums, name) for name in names}
        parts.append({"first": bucket.first, "last": bucket.last, **values})
    return {
        "first": scope.period.first,
        "last": scope.period.last,
        "currency": scope.currency,
        "source": scope.source,
        "grain": grain,
        "parts": parts,
    }


class FigureSerializer(serializers.Serializer):
    """A number of a sentence: the stored query that gave it, and where its rows are."""

    query = serializers.CharField()
    column = serializers.CharField()
    parameters = serializers.DictField()
    value = serializers.JSONField(allow_null=True)
    unit = serializers.CharField()
    rows = serializers.CharField(source="address")


class SentenceSerializer(serializers.Serializer):
    """A sentence whose numbers are those of its figures."""

    key = serializers.CharField(source="statement.key")
    text = serializers.CharField()
    figures = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=FigureSerializer()))
    def get_figures(self, sentence: Sentence) -> dict[str, Any]:
        """The figures by their place in the sentence."""
        figures = sentence.statement.figures
        return {slot: FigureSerializer(figure).data for slot, figure in figures.items()}


class DigestSerializer(serializers.ModelSerializer):
    """A week in words, in the language of the request."""

    sentences = serializers.SerializerMethodField()

    class Meta:
        model = WeeklyDigest
        fields = ("id", "week_on", "made_at", "sentences")

    @extend_schema_field(SentenceSerializer(many=True))
    def get_sentences(self, digest: WeeklyDigest) -> Any:
        """Those whose numbers are what their stored queries gave."""
        return SentenceSerializer(
            shown_to(self.context["request"].user, sentences_of(digest)), many=True
        ).data


class LatestWeekCursor(NewestFirstCursor):
    """The latest week first."""

    ordering = ("-week_on",)


class DigestViewSet(VisibleRows, ReadOnlyModelViewSet):
    """Weekly digests: what was worth knowing of each week."""

    scope = "insight"
    queryset = WeeklyDigest.objects.all()
    serializer_class = DigestSerializer
    pagination_class = LatestWeekCursor
