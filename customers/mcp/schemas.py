"""What a tool takes and gives, read from the API's own OpenAPI schema."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from rest_framework.utils.encoders import JSONEncoder

from customers.api.contract import IDEMPOTENCY_KEY
from customers.api.schema import SchemaView
from customers.mcp.tools import MOST_ROWS, ROOT, TOOLS, Tool

Schema = dict[str, Any]
AT = "#/components/schemas/"
CURSOR: Schema = {"type": ["string", "null"], "description": "Where the next page begins."}
IDEMPOTENCY: Schema = {
    **IDEMPOTENCY_KEY["schema"],
    "description": "New for each act: sent again within two days it has no second effect.",
}


@cache
def input_of(name: str) -> Schema:
    """The JSON schema of a tool's arguments."""
    tool = TOOLS[name]
    operation = _operation(tool)
    properties: Schema = {}
    required = list(tool.needs)
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") not in ("path", "query"):  # headers are the server's to send
            continue
        properties[parameter["name"]] = _described(parameter)
        if parameter.get("required"):
            required.append(parameter["name"])
    if tool.is_list:
        properties["page_size"] = {
            "type": "integer", "minimum": 1, "maximum": MOST_ROWS,
            "default": tool.usual["page_size"],
        }  # fmt: skip
    if "fields" in tool.usual:
        properties["fields"]["default"] = tool.usual["fields"]
    if tool.method == "POST":
        body = _body(operation)
        taken = tool.takes or tuple(body["properties"])
        properties |= {one: body["properties"][one] for one in taken if one not in tool.fixed}
        properties["idempotency_key"] = IDEMPOTENCY
        required += [one for one in body.get("required", ()) if one in properties]
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": sorted(set(required)),
        "additionalProperties": False,
    }
    return _with_definitions(schema)


@cache
def output_of(name: str) -> Schema:
    """The JSON schema of what a tool gives: the answer of the API, and where it comes from."""
    tool = TOOLS[name]
    answers = _operation(tool)["responses"]
    content = next(answers[code]["content"] for code in ("200", "201") if code in answers)
    result = next(iter(content.values()))["schema"]
    schema: Schema = {
        "type": "object",
        "properties": {"notice": {"type": "string"}, "result": result},
        "required": ["notice", "result"],
    }
    return _with_definitions(schema, is_partial="fields" in tool.usual)


@cache
def _openapi() -> Schema:
    with SchemaView._making, translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)
    read: Schema = json.loads(json.dumps(made, cls=JSONEncoder))
    return read


def _operation(tool: Tool) -> Schema:
    paths = _openapi()["paths"]
    operation: Schema = paths[ROOT + tool.path][tool.method.lower()]
    return operation


def _described(parameter: Schema) -> Schema:
    if parameter["in"] == "path":
        return {"type": "integer", "minimum": 1}
    told = {"description": parameter["description"]} if parameter.get("description") else {}
    return {**parameter["schema"], **told}


def _body(operation: Schema) -> Schema:
    schema: Schema = operation["requestBody"]["content"]["application/json"]["schema"]
    found: Schema = _openapi()["components"]["schemas"][schema["$ref"].removeprefix(AT)]
    return found


def _with_definitions(schema: Schema, *, is_partial: bool = False) -> Schema:
    """The schema with all that it refers to; nothing is required where fields can be left out."""
    known, waiting = {}, _named(schema)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known[name] = dict(_openapi()["components"]["schemas"][name])
        if name.startswith("Paginated"):
            known[name]["properties"] = {
                **known[name]["properties"], "next": CURSOR, "previous": CURSOR,
            }  # fmt: skip
        if is_partial:
            known[name].pop("required", None)
        waiting |= _named(known[name]) - set(known)
    whole = schema | ({"$defs": known} if known else {})
    moved: Schema = json.loads(json.dumps(whole).replace(AT, "#/$defs/"))
    return moved


def _named(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"].removeprefix(AT)} if "$ref" in schema else set()
        return own.union(*(_named(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_named(value) for value in schema))
    return set()
