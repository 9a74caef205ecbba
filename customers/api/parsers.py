"""What the API reads: JSON, of which every value can be stored and told again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

UNSTORABLE = "Holds a character that no text has: NUL, or half of a surrogate pair."
DEEPEST = 100


class StrictJSONParser(JSONParser):
    """JSON as RFC 8259 has it: without NaN, of a depth that can be read, and without
    texts or numbers that a database or an answer could not hold. What it lets through never
    fails later on for how it is written.
    """

    def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        """The content. Raises ParseError where it is no such JSON, ValidationError with the place
        of a text that cannot be stored.
        """
        try:
            text = stream.read().decode("utf-8-sig")
            read = json.loads(text, parse_constant=_refused, parse_float=_finite)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ValueError as error:  # UnicodeDecodeError too
            raise ParseError(f"This is no JSON: {error}") from error
        for where in _unstorable(read, ()):
            raise ValidationError(_placed(where, UNSTORABLE))
        return read


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number


def _unstorable(value: Any, where: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The places of texts that cannot be stored. Raises ParseError beyond `DEEPEST`."""
    if len(where) > DEEPEST:
        raise ParseError("The JSON is nested too deeply.")
    if isinstance(value, str):
        if not _is_storable(value):
            yield where
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unstorable(inner, (*where, name)) if _is_storable(name) else (where,)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unstorable(inner, (*where, str(index)))


def _is_storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not _has_surrogates(text))


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _placed(where: tuple[str, ...], said: str) -> dict[str, Any]:
    placed: Any = [said]
    for step in reversed(where):
        placed = {step: placed}
    return placed if where else {"non_field_errors": placed}
