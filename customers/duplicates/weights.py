"""How much each likeness speaks for two customers being one person.

The model of Fellegi and Sunter (A Theory for Record Linkage, 1969): a level of a field has a
probability m among pairs that are one person and u among pairs that are not; their ratio is the
evidence, in bits log2(m / u), and the evidence of the fields adds up to that for the pair, beside
the odds that any two customers are one person.

u is counted on random pairs of the shop's customers. m and those odds are learnt from the shop by
expectation maximisation (Dempster, Laird and Rubin 1977; for linkage Winkler 1988) over the
candidate pairs: pairs that share no key are taken for different people. As a small shop has few
duplicates to learn from, m starts at, and is held near, what is usual: that stands for
`PSEUDO_PAIRS` pairs that were judged. A name that many bear is less evidence than a rare one: the
share of customers who bear it takes the place of u (as in Splink's term-frequency adjustment).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from customers.duplicates.comparing import (
    FIELDS,
    LEVELS,
    MISSING,
    NEAR,
    OTHER,
    PARTLY,
    SAME,
    Pattern,
)

PSEUDO_PAIRS = 200
PSEUDO_RANDOM = 1.0
ROUNDS = 40
CONVERGED = 1e-6
MOST_BITS = 20.0  # no likeness is more certain than one error in a million
USUAL_M: dict[str, dict[str, float]] = {
    "name": {SAME: 0.62, NEAR: 0.2, PARTLY: 0.12, OTHER: 0.06},
    "email": {SAME: 0.4, NEAR: 0.12, PARTLY: 0.04, OTHER: 0.44},
    "phone": {SAME: 0.55, NEAR: 0.15, OTHER: 0.3},
    "city": {SAME: 0.8, NEAR: 0.06, OTHER: 0.14},
    "company": {SAME: 0.7, NEAR: 0.12, OTHER: 0.18},
}
# Until random pairs tell better: how often different people are alike.
USUAL_U: dict[str, dict[str, float]] = {
    "name": {SAME: 0.0002, NEAR: 0.0005, PARTLY: 0.004, OTHER: 0.9953},
    "email": {SAME: 1e-6, NEAR: 2e-6, PARTLY: 2e-6, OTHER: 0.999995},
    "phone": {SAME: 2e-6, NEAR: 4e-6, OTHER: 0.999994},
    "city": {SAME: 0.03, NEAR: 0.003, OTHER: 0.967},
    "company": {SAME: 0.001, NEAR: 0.002, OTHER: 0.997},
}

Table = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Weights:
    """m and u of each level, and the odds that any two customers are one person."""

    m: Table
    u: Table
    odds: float
    customers: int

    def bits(self, pattern: Pattern, name_share: float = 0.0) -> dict[str, float]:
        """The evidence of each field that both have, in bits. `name_share` is the share of
        customers who bear the name, where both bear the same.
        """
        told: dict[str, float] = {}
        for field, level in zip(FIELDS, pattern, strict=True):
            if level == MISSING:
                continue
            u = self.u[field][level]
            if field == "name" and level == SAME and name_share:
                u = name_share
            told[field] = _clipped(math.log2(self.m[field][level] / u))
        return told

    def probability(self, bits: Mapping[str, float]) -> float:
        """That the two are one person."""
        total = sum(bits.values()) + math.log2(self.odds)
        return 1 / (1 + 2 ** -max(min(total, 60.0), -60.0))


def usual(customers: int) -> Weights:
    """The weights before anything was learnt from a shop of so many customers."""
    return Weights(USUAL_M, USUAL_U, _odds(customers * 0.01, customers), customers)


def learnt(
    candidates: Mapping[Pattern, int], random_pairs: Mapping[Pattern, int], customers: int
) -> Weights:
    """Learn from how often each pattern stands among candidates and among random pairs."""
    u = _shares(random_pairs, USUAL_U, PSEUDO_RANDOM)
    weights = Weights(USUAL_M, u, usual(customers).odds, customers)
    for _round in range(ROUNDS):
        expected: Counter[Pattern] = Counter()
        for pattern, count in candidates.items():
            expected[pattern] = count * weights.probability(weights.bits(pattern))  # type: ignore[assignment]
        m = _shares(expected, USUAL_M, PSEUDO_PAIRS)
        duplicates = sum(expected.values()) + 0.001 * customers
        odds = _odds(min(duplicates, 0.3 * customers), customers)
        moved = max(
            abs(m[field][level] - weights.m[field][level]) for field in m for level in m[field]
        )
        weights = Weights(m, u, odds, customers)
        if moved < CONVERGED:
            break
    return weights


def _shares(patterns: Mapping[Pattern, float], usual_table: Table, pseudo: float) -> Table:
    """The share of each level among the pairs that both have the field, smoothed."""
    table: Table = {}
    for place, field in enumerate(FIELDS):
        counts = {level: pseudo * usual_table[field][level] for level in LEVELS[field]}
        for pattern, count in patterns.items():
            if pattern[place] != MISSING:
                counts[pattern[place]] += count
        total = sum(counts.values())
        table[field] = {level: count / total for level, count in counts.items()}
    return table


def _odds(duplicates: float, customers: int) -> float:
    pairs = max(customers * (customers - 1) / 2, 1)
    return max(duplicates, 0.1) / pairs


def _clipped(bits: float) -> float:
    return max(-MOST_BITS, min(MOST_BITS, bits))
