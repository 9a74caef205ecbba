"""What the OpenAPI schema says of headers and errors, and of what a view alone knows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from customers.api.problems import MEDIA_TYPE

TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)."},
                    "detail": TEXT,
                },
            },
        },
    },
}
# What each answer says beside its body; what a header means is told once.
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": {
        "description": "The number of the request in the logs; yours if you sent one.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
    },
    "RateLimit-Policy": {
        "description": 'How often the key may call, such as `"key";q=600;w=60`; not for sessions.',
        "schema": {"type": "string", "pattern": '^"key";q=[0-9]+;w=[0-9]+$'},
    },
    "RateLimit": {
        "description": 'What is left of it, such as `"key";r=599;t=60`.',
        "schema": {"type": "string", "pattern": '^"key";r=[0-9]+;t=[0-9]+$'},
    },
    "ETag": {
        "description": "The state of the record, for `If-Match`; not with `fields`.",
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{32}"$'},
    },
    "Outdated": {
        "description": "`true` where what was sent was older than what is here: it was left out.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Idempotent-Replayed": {
        "description": "`true` where this is the kept answer to a repeated write.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Possible-Duplicates": {
        "description": "Ids of customers who may be the same person, by comma.",
        "schema": {"type": "string"},
    },
    "Location": {"description": "The address to look at.", "schema": {"type": "string"}},
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds until it is worth sending again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
}
ALWAYS = ("X-Request-ID", "RateLimit-Policy", "RateLimit")
REFUSALS: dict[int, str] = {
    400: "What was sent cannot be taken; `errors` says which values and why.",
    401: "No key, or one that does not work.",
    403: "The key or its owner may not do this.",
    404: "There is no such record, or not for this key; a `cursor` that is none.",
    406: "Answers are JSON.",
    409: "It contradicts what is stored, or the first request with this key is under way.",
    410: "Erased, or from before a restore: it does not come back.",
    412: "The record is in another state than `If-Match` names.",
    413: "The body is too large.",
    415: "The body is of another type than the one that is read.",
    422: "This `Idempotency-Key` was used with another request.",
    429: "More calls than the key may make in a minute.",
}
OF_REFUSAL = {401: ("WWW-Authenticate",), 409: ("Retry-After",), 429: ("Retry-After",)}
IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "description": "A new one for each write: sent again within two days it has no second effect.",
}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


class ContractSchema(AutoSchema):
    """Operations with what the framework cannot know: serializers by action, errors, headers.

    A view may say `request_serializers` and `response_serializers` (methods: by action, or None
    for the usual one), and `refuses`: statuses that follow from no parameter, by action or "".
    """

    def get_request_serializer(self) -> Any:
        """What the view says that this action reads, else the framework's guess."""
        return self._said_by_view("request_serializers") or super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """What the view says that this action answers, else the framework's guess."""
        return self._said_by_view("response_serializers") or super().get_response_serializers()

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation, with the errors that it can answer and the headers of each answer."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if self.method in WRITES:
            parameters = operation.setdefault("parameters", [])
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        self._tell_headers(operation)
        for status in sorted(self._refusals(operation)):
            name = HTTPStatus(status).name
            told = {"$ref": f"#/components/responses/{name}"}
            operation["responses"][str(status)] = told
        return operation

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> dict[str, Any]:
        """As the framework's, which forgets of fields that are only read that their column may be
        null or empty.
        """
        column = _column_of(field) if field.read_only else None
        if column is not None:
            field.allow_null = field.allow_null or column.null
            if isinstance(field, serializers.ChoiceField):
                field.allow_blank = field.allow_blank or column.blank
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        r"""As the framework's, but for slugs of any language: its `\w` is of ASCII there."""
        if not (isinstance(field, serializers.SlugField) and field.allow_unicode):
            super()._insert_field_validators(field, schema)

    def _said_by_view(self, name: str) -> Any:
        said = getattr(self.view, name, None)
        return said(self.method) if said else None

    def _tell_headers(self, operation: dict[str, Any]) -> None:
        more = getattr(self.view, "answer_headers", lambda _method: ())(self.method)
        replayed = ("Idempotent-Replayed",) if self.method in WRITES else ()
        for response in operation["responses"].values():
            response["headers"] = _references((*ALWAYS, *replayed, *more))

    def _refusals(self, operation: dict[str, Any]) -> set[int]:
        """The refusals that follow from what the operation takes, and those that the view says."""
        parameters = operation.get("parameters", [])
        places = {parameter.get("in", "header") for parameter in parameters}
        names = {parameter.get("name") for parameter in parameters}
        refusals = {401, 403, 406, 429}
        if places & {"query"} or "requestBody" in operation:
            refusals |= {400}
        if places & {"path"} or "cursor" in names:
            refusals |= {404}
        if "If-Match" in names:
            refusals |= {412}
        if self.method in WRITES:
            refusals |= {400, 409, 422}
        if "requestBody" in operation:
            refusals |= {413, 415}
        said: dict[str, set[int]] = getattr(self.view, "refuses", {})
        return refusals | said.get("", set()) | said.get(getattr(self.view, "action", ""), set())


def _column_of(field: Any) -> models.Field[Any, Any] | None:
    """The column that a field of a ModelSerializer tells, where it tells one as it is."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    try:
        column = model._meta.get_field(field.source) if model else None
    except FieldDoesNotExist:
        return None
    return column if isinstance(column, models.Field) else None


def _references(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def add_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: what all operations refer to."""
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["headers"] = HEADERS
    components["parameters"] = {"IdempotencyKey": IDEMPOTENCY_KEY}
    components["responses"] = {
        HTTPStatus(status).name: {
            "description": said,
            "headers": _references((*ALWAYS, *OF_REFUSAL.get(status, ()))),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, said in REFUSALS.items()
    }
    return result
