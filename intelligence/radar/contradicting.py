"""Contradictions between the shop's texts as findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from customers.models import Finding
from customers.models.radar import Found
from intelligence.engines.contradictions import Contradiction, Embed, contradictions
from intelligence.engines.statements import Statement, Text
from intelligence.radar.excerpts import fingerprint, side_of
from intelligence.radar.gathered import Gathered, closure, gathered, value_of
from intelligence.radar.texts import Shelf

# What customers act on; two replies that differ are of two customers, and one was answered.
RULES = frozenset(("article", "macro", "product"))


@dataclass(frozen=True, slots=True)
class Compared:
    """The findings about the texts in `examined`; about other texts nothing was asked."""

    found: list[Found]
    examined: set[str]


def found_contradictions(
    shelf: Shelf, changed: Collection[str], embed: Embed, known: Iterable[Collection[str]] = ()
) -> Compared:
    """What the changed texts contradict, or contradicts them; never one reply another.

    A finding has all its places: `known` are the texts of each earlier finding, and those of
    a finding that a change touches are looked through again.
    """
    known = list(known)
    examined = closure(changed, known)
    pairs = list(_pairs(shelf, examined, embed))
    texts = {one.source.key for pair in pairs for one in (pair.first, pair.second)}
    touched = closure(examined | texts, known)
    if touched - examined:
        examined, pairs = touched, list(_pairs(shelf, touched, embed))
    return Compared([_found(one) for one in gathered(pairs)], examined)


def _pairs(shelf: Shelf, changed: Collection[str], embed: Embed) -> Iterator[Contradiction]:
    if not changed:
        return
    texts = list(shelf.texts.values())
    for one in contradictions(texts, things=shelf.things, embed=embed, changed=changed):
        if _is_rule(one.first.source) or _is_rule(one.second.source):
            yield one


def _found(one: Gathered) -> Found:
    first, second = (places[0] for places in one.sides)
    sides = [side_of(place) | {"value": number} for number, place in one.statements]
    return Found(
        fingerprint=fingerprint("contradiction", *_identity(first), *value_of(second)),
        title={
            "key": "differs",
            "kind": first.quantity.kind,
            "role": first.role,
            "values": [first.quote, second.quote],
            "likeness": one.likeness,
        },
        sides=sides,
        sources=tuple(dict.fromkeys(place.source.key for _, place in one.statements)),
        severity=_severity(one),
        language=first.source.language,
    )


def _identity(statement: Statement) -> tuple[object, ...]:
    kind = statement.quantity.kind
    return statement.source.key, statement.role, kind, *value_of(statement)


def _severity(one: Gathered) -> int:
    """Two texts of the shop against one another weigh more than a reply against a rule."""
    both = all(_is_rule(places[0].source) for places in one.sides)
    return Finding.Severity.URGENT if both else Finding.Severity.WARNING


def _is_rule(text: Text) -> bool:
    return text.key.partition(":")[0] in RULES
