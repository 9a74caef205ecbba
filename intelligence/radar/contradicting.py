"""Contradictions between the shop's texts as findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from customers.models import Finding
from customers.models.radar import Found
from intelligence.engines.contradictions import Contradiction, Embed, contradictions
from intelligence.engines.statements import Statement, Text
from intelligence.radar.excerpts import fingerprint, side_of
from intelligence.radar.texts import Shelf

# What customers act on; two replies that differ are of two customers, and one was answered.
RULES = frozenset(("article", "macro", "product"))


def found_contradictions(shelf: Shelf, changed: Collection[str], embed: Embed) -> Iterator[Found]:
    """What the changed texts contradict, or contradicts them; never one reply another."""
    texts = list(shelf.texts.values())
    for one in contradictions(texts, things=shelf.things, embed=embed, changed=changed):
        if _is_rule(one.first.source) or _is_rule(one.second.source):
            yield _found(one)


def _found(one: Contradiction) -> Found:
    first, second = sorted((one.first, one.second), key=_rank)
    return Found(
        fingerprint=fingerprint("contradiction", *_identity(first), *_identity(second)),
        title={
            "key": "differs",
            "kind": first.quantity.kind,
            "role": first.role,
            "values": [first.quote, second.quote],
            "likeness": one.likeness,
        },
        sides=[side_of(first), side_of(second)],
        sources=(first.source.key, second.source.key),
        severity=_severity(first, second),
        language=first.source.language,
    )


def _identity(statement: Statement) -> tuple[object, ...]:
    own = statement.quantity
    return statement.source.key, statement.role, own.kind, own.unit, own.low, own.high


def _severity(first: Statement, second: Statement) -> int:
    """Two texts of the shop against one another weigh more than a reply against a rule."""
    both = _is_rule(first.source) and _is_rule(second.source)
    return Finding.Severity.URGENT if both else Finding.Severity.WARNING


def _rank(statement: Statement) -> tuple[bool, str]:
    """Articles stand first, replies last."""
    return not statement.source.key.startswith("article:"), statement.source.key


def _is_rule(text: Text) -> bool:
    return text.key.partition(":")[0] in RULES
