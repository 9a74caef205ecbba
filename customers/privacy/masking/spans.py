"""Spans of a text that name somebody, and which of several that overlap holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LEAST_DIGITS = 4  # what is left of a number beside a date is masked from so many digits on
NUMERIC = {"NUMBER", "PHONE"}
SHOWN = ""  # the kind of what is nobody's, such as a date: it is never masked


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` are a `kind` of placeholder; `SHOWN` keeps them."""

    start: int
    end: int
    kind: str


def settled(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans to mask, in order, without overlaps; those that come first hold.

    What another span has beside them is masked as well: nothing of a find is left over.
    """
    owner: list[Span | None] = [None] * len(text)
    for span in spans:
        for place in range(span.start, span.end):
            if owner[place] is None:
                owner[place] = span
    return [trimmed for run in _runs(owner) if (trimmed := _trimmed(text, run))]


def _runs(owner: list[Span | None]) -> Iterable[Span]:
    start = 0
    for place in range(1, len(owner) + 1):
        if place == len(owner) or owner[place] is not owner[start]:
            held = owner[start]
            if held is not None and held.kind != SHOWN:
                yield Span(start, place, held.kind)
            start = place


def _trimmed(text: str, span: Span) -> Span | None:
    """Without blanks and signs around it; None where nothing is left that tells anything."""
    start, end = span.start, span.end
    while start < end and text[start] in " \t\n,.;:/-":
        start += 1
    while start < end and text[end - 1] in " \t\n,;:/-":
        end -= 1
    part = text[start:end]
    if span.kind in NUMERIC and sum(map(str.isdigit, part)) < LEAST_DIGITS:
        return None
    return Span(start, end, span.kind) if any(map(str.isalnum, part)) else None
