"""The description of the API that is the same in every shop: without its custom fields."""

from __future__ import annotations

import json
from typing import Any

import yaml
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from customers.api.serializers.custom import without_own_fields


def description() -> dict[str, Any]:
    """It, as plain JSON values; asks no database."""
    with without_own_fields(), translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)
    told: dict[str, Any] = json.loads(OpenApiJsonRenderer().render(made, renderer_context={}))
    return told


def written(described: dict[str, Any]) -> str:
    """It as YAML, always in the same order."""
    text: str = yaml.dump(
        described, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100
    )
    return text


def read(text: str) -> dict[str, Any]:
    """What was written."""
    told: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return told
