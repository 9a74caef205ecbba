"""The side of a finding: a place in a record with the words around it."""

from __future__ import annotations

import hashlib
from typing import Any

from intelligence.engines.statements import Statement, Text

BEFORE, AFTER = 160, 200  # characters shown around the words


def side_of(statement: Statement) -> dict[str, Any]:
    """The side of one statement."""
    return side(statement.source, statement.start, statement.end)


def side(text: Text, start: int, end: int) -> dict[str, Any]:
    """A side that shows the characters from `start` to `end` of a text's body."""
    first = max(text.body.rfind("\n", 0, start) + 1, start - BEFORE)
    line_end = text.body.find("\n", end)
    last = min(len(text.body) if line_end < 0 else line_end, end + AFTER)
    record, _, pk = text.key.partition(":")
    return {
        "record": record,
        "record_id": int(pk),
        "title": text.title,
        "text": text.body[first:last],
        "quote": text.body[start:end],
        "start": start - first,
        "end": end - first,
    }


def fingerprint(*parts: object) -> str:
    """What tells one finding from another, hex."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
