"""Contradictions that say the same as one: all places of one value against those of another.

A wrong "14 days" contradicts each text that says 30. That is one thing to put right, not one
for each of these texts: pairs belong together where they share a statement, or both texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from intelligence.engines.contradictions import Contradiction
from intelligence.engines.statements import Statement

Node = tuple[Any, ...]
Value = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is said on `sides[0]` and what on `sides[1]`, each place once: articles first,
    replies last. `likeness` is that of the pair that is most alike.
    """

    sides: tuple[list[Statement], list[Statement]]
    likeness: float

    @property
    def statements(self) -> list[tuple[int, Statement]]:
        """All places, each with the number of its side, the sides in turn at the beginning."""
        first, second = self.sides
        rest = [(0, one) for one in first[1:]] + [(1, one) for one in second[1:]]
        return [(0, first[0]), (1, second[0]), *rest]


def gathered(pairs: Iterable[Contradiction]) -> list[Gathered]:
    """The pairs by what they say, each group in an order that does not depend on theirs."""
    matters: dict[tuple[Any, ...], list[Contradiction]] = defaultdict(list)
    for pair in pairs:
        values = sorted((value_of(pair.first), value_of(pair.second)))
        source = pair.first.source
        matters[source.language, pair.first.quantity.kind, *values].append(pair)
    return [_group(own) for alike in matters.values() for own in _connected(alike)]


def closure(keys: Collection[str], known: Iterable[Collection[str]]) -> set[str]:
    """The keys with those of all groups of `known` that they are linked to."""
    reached, waiting = set(keys), [set(group) for group in known]
    grown = True
    while grown:
        linked = [group for group in waiting if group & reached]
        waiting = [group for group in waiting if not group & reached]
        reached.update(*linked)
        grown = bool(linked)
    return reached


def value_of(statement: Statement) -> Value:
    """What the statement says, as it is compared."""
    own = statement.quantity
    return own.unit, own.low, own.high


def rank(statement: Statement) -> tuple[int, str, int, int]:
    """Articles stand first, replies last; the earlier record before the later."""
    kind, _, pk = statement.source.key.partition(":")
    last = {"article": 0, "message": 2}.get(kind, 1)
    return last, kind, int(pk), statement.start


def _connected(pairs: list[Contradiction]) -> Iterator[list[Contradiction]]:
    """The pairs of each part that hangs together, by repeated merging: groups are small."""
    parts: list[tuple[set[Node], list[Contradiction]]] = []
    for pair in pairs:
        nodes, own = _nodes(pair), [pair]
        apart = []
        for other in parts:
            if nodes & other[0]:
                nodes, own = nodes | other[0], other[1] + own
            else:
                apart.append(other)
        parts = [*apart, (nodes, own)]
    return (own for _, own in parts)


def _nodes(pair: Contradiction) -> set[Node]:
    """What pairs that say the same have in common."""
    texts = sorted((pair.first.source.key, pair.second.source.key))
    said = [(one.source.key, one.role, value_of(one)) for one in (pair.first, pair.second)]
    return {("texts", *texts), *said}


def _group(pairs: list[Contradiction]) -> Gathered:
    of_value: dict[Value, dict[tuple[str, int], Statement]] = defaultdict(dict)
    for pair in pairs:
        for one in (pair.first, pair.second):
            of_value[value_of(one)][one.source.key, one.start] = one
    both = [sorted(places.values(), key=rank) for places in of_value.values()]
    first, second = sorted(both, key=lambda places: rank(places[0]))
    return Gathered((first, second), max(pair.likeness for pair in pairs))
