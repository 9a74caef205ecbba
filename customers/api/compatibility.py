"""What of an API's new description breaks clients of the old one.

Clients break where something they use is gone or asks for more: a path, an operation, an answer,
a property of an answer; a parameter or property that must be sent now, a value that is taken no
more, another type. What is added breaks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
# Bounds of what is sent: lower ones may not rise, upper ones may not fall.
LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")


def breaking_changes(old: Json, new: Json) -> list[str]:
    """What breaks, each with its place; nothing where every client works on."""
    told: list[str] = []
    for path, operations in old["paths"].items():
        there = new["paths"].get(path)
        if there is None:
            told.append(f"{path}: is gone")
            continue
        for method in METHODS:
            if method in operations:
                place = f"{method.upper()} {path}"
                compared = _Operation(old, new, operations[method], there.get(method))
                told += [f"{place}: {what}" for what in compared.differences()]
    return sorted(set(told))


class _Operation:
    """An operation as it was and as it is."""

    def __init__(self, old: Json, new: Json, was: Json, now: Json | None) -> None:
        self.schemas, self.was, self.now = (old, new), was, now

    def differences(self) -> Iterator[str]:
        """What breaks of it."""
        if self.now is None:
            yield "is gone"
            return
        yield from self._parameters(self.now)
        yield from self._body(self.now)
        yield from self._answers(self.now)

    def _parameters(self, now: Json) -> Iterator[str]:
        was_there, is_there = (
            {(one["in"], one["name"]): one for one in self._resolved(operation, side)}
            for side, operation in enumerate((self.was, now))
        )
        for key, was in was_there.items():
            name = f"parameter {key[1]}"
            if key not in is_there:
                yield f"{name} is gone"
            else:
                yield from self._sent(was["schema"], is_there[key]["schema"], name)
        for key, parameter in is_there.items():
            needed = parameter.get("required") and not was_there.get(key, {}).get("required")
            if needed:
                yield f"parameter {key[1]} must be sent now"

    def _resolved(self, operation: Json, side: int) -> list[Json]:
        return [_at(self.schemas[side], one) for one in operation.get("parameters", [])]

    def _body(self, now: Json) -> Iterator[str]:
        was_told, is_told = self.was.get("requestBody"), now.get("requestBody")
        if is_told and is_told.get("required") and not (was_told or {}).get("required"):
            yield "a body must be sent now"
        yield from self._contents(was_told or {}, is_told or {}, "body", is_sent=True)

    def _answers(self, now: Json) -> Iterator[str]:
        for status, was in self.was["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in now["responses"]:
                yield f"answers {status} no more"
                continue
            is_told = _at(self.schemas[1], now["responses"][status])
            was_told = _at(self.schemas[0], was)
            yield from self._contents(was_told, is_told, status, is_sent=False)

    def _contents(self, was: Json, now: Json, place: str, *, is_sent: bool) -> Iterator[str]:
        for kind, content in was.get("content", {}).items():
            told = now.get("content", {}).get(kind)
            if told is None:
                yield f"{place}: no {kind} any more"
            else:
                walk = self._sent if is_sent else self._answered
                yield from walk(content.get("schema", {}), told.get("schema", {}), place)

    def _sent(self, was: Json, now: Json, place: str, seen: frozenset[str] = frozenset()) -> Any:
        before, after = self._flat(was, 0), self._flat(now, 1)
        yield from _of_values(before, after, place)
        yield from _of_bounds(before, after, place)
        for name in set(after.get("required", ())) - set(before.get("required", ())):
            yield f"{place}.{name} must be sent now"
        yield from self._inner(before, after, place, self._sent, seen | _names(was))

    def _answered(
        self, was: Json, now: Json, place: str, seen: frozenset[str] = frozenset()
    ) -> Any:
        before, after = self._flat(was, 0), self._flat(now, 1)
        for name in set(before.get("required", ())) - set(after.get("required", ())):
            yield f"{place}.{name} may be left out now"
        if widened := _types(after) - _types(before):
            yield f"{place} may be {', '.join(sorted(widened))} now"
        yield from self._inner(before, after, place, self._answered, seen | _names(was))

    def _inner(
        self, before: Json, after: Json, place: str, walk: Any, seen: frozenset[str]
    ) -> Iterator[str]:
        there = after.get("properties", {})
        for name, was in before.get("properties", {}).items():
            if name not in there:
                yield f"{place}.{name} is gone"
            elif not _names(was) & seen:
                yield from walk(was, there[name], f"{place}.{name}", seen)
        if "items" in before and not _names(before["items"]) & seen:
            yield from walk(before["items"], after.get("items", {}), f"{place}[]", seen)

    def _flat(self, schema: Json, side: int) -> dict[str, Any]:
        """The schema with what it refers to and what it is composed of in one."""
        flat = dict(_at(self.schemas[side], schema))
        for part in flat.pop("allOf", []):
            flat = self._flat(part, side) | flat
        choices = flat.pop("oneOf", []) + flat.pop("anyOf", [])
        for choice in choices:
            flat = _either(flat, self._flat(choice, side))
        return flat


def _either(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    types = sorted(_types(one) | _types(other))
    both = other | one | ({"type": types} if types else {})
    values = [*one.get("enum", ()), *other.get("enum", ())]
    return both | ({"enum": values} if values else {})


def _of_values(before: Json, after: Json, place: str) -> Iterator[str]:
    """Types and values that are taken no more."""
    if "type" in after and (gone := _types(before) - _types(after)):
        yield f"{place} may be {', '.join(sorted(gone))} no more"
    if "enum" in after:
        gone = {str(one) for one in before.get("enum", ["any text"])} - {
            str(one) for one in after["enum"]
        }
        if gone:
            yield f"{place} takes {', '.join(sorted(gone))} no more"


def _of_bounds(before: Json, after: Json, place: str) -> Iterator[str]:
    for names, is_narrower in ((LOWER, float.__gt__), (UPPER, float.__lt__)):
        for name in names:
            if name in after and (
                name not in before or is_narrower(float(after[name]), float(before[name]))
            ):
                yield f"{place} has the {name} {after[name]} now"


def _types(schema: Json) -> set[str]:
    said = schema.get("type", [])
    types = {said} if isinstance(said, str) else set(said)
    # whoever reads or sends a number reads or sends a whole one
    return types | {"integer"} if "number" in types else types


def _names(schema: Json) -> frozenset[str]:
    """The component that the schema refers to, so that a walk never goes in circles."""
    return frozenset({schema["$ref"]}) if "$ref" in schema else frozenset()


def _at(root: Json, schema: Json) -> Json:
    """The schema itself, or what it refers to."""
    while "$ref" in schema:
        found: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema
