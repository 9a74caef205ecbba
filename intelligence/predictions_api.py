"""The ledger by the API: what was predicted of a record, by which model, from which input."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from customers.api.idempotency import OncePerKey
from customers.api.pagination import NewestFirstCursor
from customers.models import Customer, Message, Product, Review, Ticket
from intelligence.models import Prediction

KINDS: dict[str, Any] = {
    "customer": Customer,
    "message": Message,
    "product": Product,
    "review": Review,
    "ticket": Ticket,
}
OF = [
    OpenApiParameter("kind", str, required=True, enum=sorted(KINDS)),
    OpenApiParameter("record", OpenApiTypes.INT, required=True, description="The record's id."),
]


class LedgerEntrySerializer(serializers.ModelSerializer):
    """One stored result. `output` is the prediction as it stood on the record."""

    record = serializers.IntegerField(source="object_id")
    model_version = serializers.CharField(
        source="model_version.sha256", help_text="sha256 of its weights."
    )

    class Meta:
        model = Prediction
        fields = (
            *("id", "kind", "record", "task", "model_version", "input_sha256", "output"),
            "created_at",
        )


@extend_schema_view(get=extend_schema(parameters=OF))
class Predictions(OncePerKey, ListAPIView):
    """What was predicted of one record, the latest first; what models say now stands on it."""

    scope = "predictions"
    queryset = Prediction.objects.none()
    serializer_class = LedgerEntrySerializer
    pagination_class = NewestFirstCursor
    filter_backends = ()

    def get_queryset(self) -> Any:
        """The results of the record that the address names, if the caller may see it."""
        asked = self.request.query_params
        kind, record = asked.get("kind", ""), asked.get("record", "")
        if kind not in KINDS:
            raise serializers.ValidationError({"kind": f"One of {', '.join(KINDS)}."})
        if not (record.isascii() and record.isdigit() and len(record) < 19):
            raise serializers.ValidationError({"record": "Give the id of a record."})
        visible = KINDS[kind].objects.visible_to(self.request.user)
        found = get_object_or_404(visible.only("pk"), pk=int(record))
        rows = Prediction.objects.filter(kind=kind, object_id=found.pk)
        return rows.select_related("model_version")
