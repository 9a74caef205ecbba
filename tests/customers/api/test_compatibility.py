"""The API does not break its clients: what is generated is held against docs/openapi.yaml."""

import copy

import pytest
from django.core.management import CommandError, call_command

from customers.api.compatibility import breaking_changes
from customers.api.description import description, read, written
from customers.management.commands.openapi import DEFAULT

LIST, ITEM = "/api/v1/orders/", "/api/v1/orders/{id}/"


@pytest.fixture(scope="module")
def generated():
    return description()


@pytest.fixture(scope="module")
def committed():
    return read(DEFAULT.read_text())


def test_the_api_still_does_what_its_clients_were_told(generated, committed):
    assert breaking_changes(committed, generated) == []


def test_the_description_is_the_one_of_this_version(generated, committed):
    assert generated == committed, "run `manage.py openapi` and commit docs/openapi.yaml"


def order(schema, name="Order"):
    return schema["components"]["schemas"][name]


BREAKS = {
    "a path": lambda s: s["paths"].pop(LIST),
    "an operation": lambda s: s["paths"][ITEM].pop("patch"),
    "an answer": lambda s: s["paths"][LIST]["post"]["responses"].pop("201"),
    "a property of an answer": lambda s: order(s)["properties"].pop("total"),
    "a property of a line": lambda s: order(s, "OrderLine")["properties"].pop("amount"),
    "a property that may be null now": lambda s: order(s)["properties"]["total"].update(
        type=["string", "null"]
    ),
    "a property that may be left out": lambda s: order(s)["required"].remove("total"),
    "a parameter": lambda s: s["paths"][LIST]["get"]["parameters"].pop(),
    "a parameter that must be sent": lambda s: s["paths"][LIST]["get"]["parameters"].append(
        {"in": "query", "name": "shop", "required": True, "schema": {"type": "string"}}
    ),
    "a property that must be sent": lambda s: order(s, "OrderRequest")["required"].append(
        "country"
    ),
    "a property that is read no more": lambda s: order(s, "OrderRequest")["properties"].pop(
        "country"
    ),
    "a value that is taken no more": lambda s: order(s, "OrderKindEnum")["enum"].remove("return"),
    "a shorter text": lambda s: order(s, "OrderRequest")["properties"]["number"].update(
        maxLength=5
    ),
    "another type": lambda s: order(s, "OrderRequest")["properties"]["number"].update(
        type="integer"
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_what_breaks_clients_is_found(generated, what):
    changed = copy.deepcopy(generated)
    BREAKS[what](changed)
    assert breaking_changes(generated, changed)


def test_what_is_added_breaks_nobody(generated):
    changed = copy.deepcopy(generated)
    order(changed)["properties"]["colour"] = {"type": "string"}
    order(changed, "OrderRequest")["properties"]["colour"] = {"type": "string"}
    order(changed, "OrderKindEnum")["enum"].append("gift")
    changed["paths"]["/api/v1/gifts/"] = changed["paths"][LIST]
    changed["paths"][LIST]["get"]["parameters"].append(
        {"in": "query", "name": "colour", "schema": {"type": "string"}}
    )
    assert breaking_changes(generated, changed) == []


def test_the_command_writes_nothing_that_breaks_clients(tmp_path, generated, monkeypatch):
    now = generated | {"paths": {LIST: generated["paths"][LIST]}}
    before = now | {"paths": {**now["paths"], "/api/v1/gifts/": {}}}
    monkeypatch.setattr("customers.management.commands.openapi.description", lambda: now)
    path = tmp_path / "openapi.yaml"
    path.write_text(written(before))
    with pytest.raises(CommandError, match="/api/v1/gifts/: is gone"):
        call_command("openapi", file=path)
    path.write_text(written(before | {"info": {"version": "0"}}))
    call_command("openapi", file=path)
    assert read(path.read_text()) == now
