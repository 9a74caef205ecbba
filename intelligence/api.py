"""The endpoint that needs the recommender itself; it is served by the web process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.idempotency import OncePerKey
from customers.holdout import note_shown
from customers.models import Customer, Product
from intelligence.serializers import LiveListSerializer, WantedSerializer

if TYPE_CHECKING:
    from intelligence.recommending.live import LiveList


class LiveRecommendations(OncePerKey, APIView):
    """What to recommend to a customer now."""

    scope = "recommendations"

    @extend_schema(parameters=[WantedSerializer], responses=LiveListSerializer)
    def get(self, request: Request, **key: Any) -> Response:
        """The best products for a customer as of this moment, what they just bought or
        complained about counted. The list is counted as shown, unless it is a preview.
        """
        rows = Customer.objects.visible_to(request.user).defer("search")
        customer = get_object_or_404(rows, **key)
        asked = WantedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = dict(asked.validated_data)
        is_preview, count = wanted.pop("preview"), wanted.pop("n")
        found = _list_of(customer, count=count, **wanted)
        if found.items and not is_preview:
            note_shown(
                customer.pk,
                [item.product for item in found.items],
                method=found.method,
                model_version=found.model_version,
            )
        return Response(LiveListSerializer(_shown(customer, found)).data)


def _list_of(customer: Customer, **wanted: Any) -> LiveList:
    # numpy and scipy take 40 MB, and a process that serves no list need not hold them
    from intelligence.recommending.live import live_list
    from intelligence.recommending.wanted import Wanted

    return live_list(customer, Wanted(**wanted))


def _shown(customer: Customer, found: LiveList) -> dict[str, Any]:
    return {
        "customer": customer.pk,
        "method": found.method,
        "arm": found.arm,
        "model_version": found.model_version,
        "items": list(_items(found)),
        "suppressed": found.complaints,
    }


def _items(found: LiveList) -> Iterator[dict[str, Any]]:
    names = ("external_id", "sku", "name", "price", "currency")
    products = Product.objects.filter(pk__in=[item.product for item in found.items])
    told = {row["pk"]: row for row in products.values("pk", *names)}
    for rank, item in enumerate(found.items, start=1):
        product = told[item.product]
        yield {
            "rank": rank,
            "product": item.product,
            "product_name": product["name"],
            **{name: product[name] for name in names if name != "name"},
            "score": item.score,
            "base_score": item.base_score,
            "method": item.method,
            "reasons": item.reasons,
        }
