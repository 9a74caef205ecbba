"""Contradictions: two texts that say different values of one and the same matter.

Two statements are of one matter when their kinds, units and roles are the same, neither is
an exception of the other (Christmas, express, trade, another country, another product), and
their sentences are alike: by the cosine of their embeddings, or by the words they share
where there is no reader of their language. They contradict when their values differ and
neither text says the other's value as well. What was measured: docs/decisions/0027.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.matters import OF_THINGS
from intelligence.engines.quantities import Quantity
from intelligence.engines.statements import Statement, Text, statements_of

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

SAME_ROLE, HEADING_ROLE, NO_ROLE = 0.30, 0.50, 0.70  # least cosine of the sentences
SHARED, SHARED_HEADING_ROLE, SHARED_NO_ROLE = (
    0.10,
    0.20,
    0.50,
)  # least overlap of their words, where there is no cosine
FAR = 30  # times as long: hours beside months are two matters, whatever words they share
TOLERANCE = 0.02  # 24 months are two years
WORKING_DAYS = (1.4, 2.0)  # n working days take 1.4 n calendar days, or two more
SPEAKING = frozenset(("en",))  # languages that the embeddings are read for
ANYTHING = frozenset(("days", "working days"))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements that cannot both be true, and how alike their sentences are, in [0, 1]."""

    first: Statement
    second: Statement
    likeness: float


def contradictions(
    texts: Sequence[Text],
    *,
    things: frozenset[str] = frozenset(),
    embed: Embed | None = None,
    changed: Iterable[str] | None = None,
) -> list[Contradiction]:
    """All contradictions between these texts, those whose sentences are most alike first.

    `changed` are the keys of texts to compare with all others; None compares all. `embed`
    gives rows of length 1 and is asked once, for the sentences that everything else lets by.
    """
    fresh = None if changed is None else frozenset(changed)
    stated = {text.key: statements_of(text, things) for text in texts}
    pairs = [pair for pair in _candidates(stated.values(), fresh) if _differ_for_good(pair, stated)]
    likeness = _likeness(pairs, embed)
    found = [
        Contradiction(*pair, round(alike, 4))
        for pair, alike in zip(pairs, likeness, strict=True)
        if alike >= _least(pair, embed)
    ]
    return _strongest(found)


def _candidates(
    stated: Iterable[list[Statement]], fresh: frozenset[str] | None
) -> Iterator[tuple[Statement, Statement]]:
    """Pairs of statements that could be of one matter by kind, role and qualifiers."""
    groups: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    for statements in stated:
        for one in statements:
            unit = "" if one.quantity.unit in ANYTHING else one.quantity.unit
            groups[one.quantity.kind, unit, one.role].append(one)
    for group in groups.values():
        for one, other in combinations(group, 2):
            is_fresh = fresh is None or one.source.key in fresh or other.source.key in fresh
            if is_fresh and _is_one_matter(one, other):
                yield one, other


def _is_one_matter(one: Statement, other: Statement) -> bool:
    return (
        one.source.key != other.source.key
        and one.source.language == other.source.language
        and one.is_floor == other.is_floor
        and one.exceptions == other.exceptions
        and _qualified_alike(one, other)
        and _of_one_thing(one, other)
    )


def _qualified_alike(one: Statement, other: Statement) -> bool:
    """Whether no dimension that both name sets them apart."""
    shared = one.qualifiers.keys() & other.qualifiers.keys()
    return all(one.qualifiers[name] & other.qualifiers[name] for name in shared)


def _of_one_thing(one: Statement, other: Statement) -> bool:
    """Whether both are about the same products, or both about all that the shop sells."""
    if _needs_thing(one):
        smaller, larger = sorted((one.things, other.things), key=len)
        return bool(smaller) and smaller <= larger
    if one.things == other.things:
        return not (one.source.is_product and other.source.is_product)
    general, special = (one, other) if len(one.things) < len(other.things) else (other, one)
    if general.things:
        return general.things <= special.things
    return special.source.is_product and general.of_everything


def _needs_thing(one: Statement) -> bool:
    cares = ("dishwasher", "microwave", "induction", "machine_wash", "vegan", "included")
    return one.role in OF_THINGS or one.role in cares


def _differ_for_good(pair: tuple[Statement, Statement], stated: dict[str, list[Statement]]) -> bool:
    """Whether the values differ, and neither text says the other's value of this matter too."""
    one, other = pair
    return (
        differ(one.quantity, other.quantity)
        and not _says_as_well(stated[one.source.key], one, other)
        and not _says_as_well(stated[other.source.key], other, one)
    )


def _says_as_well(own: Sequence[Statement], one: Statement, other: Statement) -> bool:
    return any(
        mine.role == one.role
        and mine.quantity.kind == one.quantity.kind
        and not differ(mine.quantity, other.quantity)
        for mine in own
        if mine is not one
    )


def differ(one: Quantity, other: Quantity) -> bool:
    """Whether two values of a kind cannot both be meant: neither lies within the other.

    Working days are compared with calendar days by how many of these they take.
    """
    if one.kind == "duration" and _far_apart(one, other):
        return False
    if one.unit != other.unit and one.kind == "duration":
        working, calendar = (one, other) if one.unit == "working days" else (other, one)
        first = working.low * WORKING_DAYS[0]
        last = working.high * WORKING_DAYS[0] + WORKING_DAYS[1]
        return not (first <= calendar.high and calendar.low <= last)
    if one.kind in ("money", "hours", "clock", "date", "policy"):
        return (one.low, one.high) != (other.low, other.high)
    return not (_within(one, other) or _within(other, one))


def _far_apart(one: Quantity, other: Quantity) -> bool:
    smaller, larger = sorted((max(one.high, 1e-6), max(other.high, 1e-6)))
    return larger > FAR * smaller


def _within(inner: Quantity, outer: Quantity) -> bool:
    slack = TOLERANCE * max(abs(outer.high), abs(inner.high))
    return outer.low - slack <= inner.low and inner.high <= outer.high + slack


def _least(pair: tuple[Statement, Statement], embed: Embed | None) -> float:
    """The least likeness that makes two statements one matter."""
    one, other = pair
    if not one.role:
        return NO_ROLE if _is_read(one, embed) else SHARED_NO_ROLE
    own = one.own_role and other.own_role
    if not _is_read(one, embed):
        return SHARED if own else SHARED_HEADING_ROLE
    return SAME_ROLE if own else HEADING_ROLE


def _is_read(one: Statement, embed: Embed | None) -> bool:
    return embed is not None and one.source.language in SPEAKING


def _likeness(pairs: Sequence[tuple[Statement, Statement]], embed: Embed | None) -> list[float]:
    """How alike the sentences of each pair are: the cosine, else the overlap of their words."""
    read = [pair for pair in pairs if _is_read(pair[0], embed)]
    places: dict[str, int] = {}
    for pair in read:
        for one in pair:
            places.setdefault(_read_as(one), len(places))
    vectors = embed(list(places)) if embed is not None and places else np.zeros((0, 0))
    return [
        float(vectors[places[_read_as(one)]] @ vectors[places[_read_as(other)]])
        if _is_read(one, embed)
        else _overlap(one.terms, other.terms)
        for one, other in pairs
    ]


def _read_as(one: Statement) -> str:
    """What the encoder reads: the sentence under its headings."""
    return f"{one.heading}. {one.words}"


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the shorter sentence's words that the other has as well, in [0, 1]."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _strongest(found: Iterable[Contradiction]) -> list[Contradiction]:
    """One contradiction for two texts and a matter: the one whose sentences are most alike."""
    kept: dict[tuple[str, str, str, str], Contradiction] = {}
    for one in sorted(found, key=lambda item: -item.likeness):
        keys = sorted((one.first.source.key, one.second.source.key))
        kept.setdefault((*keys, one.first.role, one.first.quantity.kind), one)  # type: ignore[arg-type]
    return list(kept.values())
