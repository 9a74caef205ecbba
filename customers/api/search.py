"""Search everywhere, by the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.idempotency import OncePerKey
from customers.audit.middleware import note_listed
from customers.models import ApiKey
from customers.partners.scopes import READ
from customers.search.find import MOST_CHARACTERS, find
from customers.search.found import Hit


class HitSerializer(serializers.Serializer):
    """A record that was found."""

    kind = serializers.CharField(help_text="customer, order, ticket, product or article.")
    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    detail = serializers.CharField()
    is_exact = serializers.BooleanField(
        help_text="Whether the words are a number or address of it."
    )


class FoundSerializer(serializers.Serializer):
    """What was found, the best kind first; `words` differ from the query where one was mended."""

    words = serializers.CharField()
    results = HitSerializer(many=True)


class SearchView(OncePerKey, APIView):
    """One search over customers, orders, tickets, products and articles."""

    scope = "search"
    audited_kind = "customer"

    @extend_schema(
        operation_id="search",
        responses=FoundSerializer,
        parameters=[OpenApiParameter("q", str, required=True, description="Words, or a number.")],
    )
    def get(self, request: Request) -> Response:
        """Numbers and addresses first, then words that begin so; five of a kind, of the kinds
        that the key may read.
        """
        words = request.query_params.get("q", "").strip()
        if not words or len(words) > MOST_CHARACTERS:
            raise serializers.ValidationError({"q": f"Give 1 to {MOST_CHARACTERS} characters."})
        results = find(words, request.user)
        hits = [hit for hit in results.hits if _is_open(hit, request.auth)]
        note_listed(request._request, "customer", _people(hits))
        return Response(FoundSerializer({"words": results.words, "results": hits}).data)


def _is_open(hit: Hit, key: Any) -> bool:
    return not isinstance(key, ApiKey) or key.allows(f"{hit.kind}s:{READ}")


def _people(hits: list[Hit]) -> list[int]:
    return [hit.pk for hit in hits if hit.kind == "customer"]
