"""What would have to be different for a customer to be in a better segment.

The smallest change of at most three figures that a shop can act on, found on a grid by
the segment head itself and checked by applying it (Wachter et al. 2018, "Counterfactual
explanations without opening the black box", https://arxiv.org/abs/1711.00399). A change
carries its consequences: an order more is also money spent and shorter gaps.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.contract import Prediction
from intelligence.engines.customer_features import NAMES, Features, ShopReference, scaled
from intelligence.engines.segment import SegmentEngine

# What each segment may be lifted to, the next better one first. `new` is nobody's aim:
# nobody becomes new again; nor is `wholesale`, which is another trade.
AIMS: Mapping[str, tuple[str, ...]] = {
    "lapsed": ("occasional", "promising", "loyal", "champion"),
    "at_risk": ("loyal", "champion"),
    "occasional": ("promising", "loyal", "champion"),
    "new": ("promising", "loyal", "champion"),
    "promising": ("loyal", "champion"),
    "loyal": ("champion",),
}
# Figures that a shop can act on; the others follow from them (see `moved`).
UNITS: Mapping[str, str] = {
    "recency_days": "days",
    "orders": "orders",
    "average_order_value": "money",
    "return_rate": "share",
}
MOST_CHANGES = 3
# The grid of first guesses: shares of the days and of the returns, orders more, times the
# usual order. Beyond these a wish is no plan.
RECENCY_SHARES = (1.0, 0.8, 0.6, 0.4, 0.25, 0.1, 0.0)
ORDERS_MORE = (0, 1, 2, 3, 5, 8, 12)
ORDER_FACTORS = (1.0, 1.2, 1.5, 2.0, 3.0)
RETURN_SHARES = (1.0, 0.0)
FINE_STEPS = 32
# One change that is somewhat larger is preferred to two.
COST_OF_A_CHANGE = 0.1
# Whole days, orders and units of money; returns by the hundredth.
STEPS = (1.0, 1.0, 1.0, 0.01)

Floats = NDArray[np.float64]
_AT = [NAMES.index(name) for name in UNITS]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure (a key of `UNITS`) and what it would have to be instead."""

    feature: str
    before: float
    after: float

    def as_json(self) -> dict[str, Any]:
        """Feature, from, to and unit."""
        unit = UNITS[self.feature]
        return {"feature": self.feature, "from": self.before, "to": self.after, "unit": unit}


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """With these changes (one to three) the engine says `label`, so sure."""

    label: str
    probability: float
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """The form stored on records."""
        changes = [change.as_json() for change in self.changes]
        return {
            "label": self.label,
            "probability": round(self.probability, 6),
            "changes": changes,
        }


def counterfactuals(
    engine: SegmentEngine,
    features: Features,
    reference: ShopReference,
    said: Sequence[Prediction],
    aims: Mapping[str, Sequence[str]] = AIMS,
    known: Collection[str] | None = None,
) -> list[Counterfactual | None]:
    """For each customer the smallest change that leads to the first reachable aim of the
    label in `said`; None where there is no aim or no change of the grid leads there.

    `known` leaves out aims that are not in it. About half a millisecond a customer.
    """
    found = [
        _counterfactual(engine, features.where(np.array([place])), reference, wanted)
        if (wanted := _wanted(engine, prediction, aims, known))
        else None
        for place, prediction in enumerate(said)
    ]
    return _verified(engine, features, reference, found)


def applied(
    features: Features, reference: ShopReference, changes: Sequence[Sequence[Change]]
) -> Features:
    """The customers as they would be with their changes (one sequence a customer)."""
    rows = [
        moved(human, _targets(human, own)[None])[0]
        for human, own in zip(features.human, changes, strict=True)
    ]
    human = np.array(rows).reshape(-1, len(NAMES))
    return replace(features, human=human, scaled=scaled(human, reference))


def moved(human: Floats, targets: Floats) -> Floats:
    """One customer's figures float64[9] with each row of `targets` float64[m, 4] (the
    figures of `UNITS`) in place, and what follows from them: float64[m, 9].

    Further orders have the average value and fall between the first and the last one. A
    newer last order stretches the gaps; that of a single order is the first as well.
    """
    before = dict(zip(NAMES, human, strict=True))
    recency, orders, value, returns = targets.T
    rows = np.tile(human, (len(targets), 1))
    rows[:, _AT] = targets
    after = {name: rows[:, place] for place, name in enumerate(NAMES)}
    newer, more = before["recency_days"] - recency, orders - before["orders"]
    after["spent"] += more * before["average_order_value"]
    after["spent"] += orders * (value - before["average_order_value"])
    if before["orders"] > 1:
        typical = before["recency_days"] / max(before["recency_in_own_gaps"], 1e-9)
        imagined = before["orders"] / orders
        typical = (typical + newer / before["orders"]) * imagined
        stretched = recency / np.maximum(typical, 1e-9)
        same = (newer == 0) & (more == 0)
        after["recency_in_own_gaps"][:] = np.where(same, before["recency_in_own_gaps"], stretched)
    else:
        share = recency / max(before["recency_days"], 1e-9)
        after["recency_in_own_gaps"] *= share
        after["tenure_days"] -= newer
    # Orders that were not sent back make the same returns a smaller share.
    odds = returns / np.maximum(1 - returns, 1e-9) * before["orders"]
    kept = returns == before["return_rate"]
    after["return_rate"][:] = np.where(kept, odds / np.maximum(odds + orders, 1e-9), returns)
    return rows


def _wanted(
    engine: SegmentEngine,
    prediction: Prediction,
    aims: Mapping[str, Sequence[str]],
    known: Collection[str] | None,
) -> list[int]:
    """Places of the labels to try, best first."""
    if prediction.label is None or prediction.abstained:
        return []
    labels = engine.weights.labels
    return [
        labels.index(aim)
        for aim in aims.get(prediction.label, ())
        if aim in labels and (known is None or aim in known)
    ]


def _counterfactual(
    engine: SegmentEngine, one: Features, reference: ShopReference, wanted: Sequence[int]
) -> Counterfactual | None:
    """The cheapest change of the grid towards the first aim it reaches, made as small as
    the fine steps tell.
    """
    search = _Search(engine, one, reference)
    targets = _grid(search.start)
    costs = search.costs(targets)
    labels, _ = search.labels(targets)
    for aim in wanted:
        flips = np.flatnonzero(labels == aim)
        if len(flips):
            best = targets[flips[costs[flips].argmin()]]
            return search.told(aim, search.smallest(best, aim))
    return None


class _Search:
    """One customer's figures and what the engine says of variants of them."""

    def __init__(self, engine: SegmentEngine, one: Features, reference: ShopReference) -> None:
        self.engine, self.reference = engine, reference
        self.human: Floats = one.human[0]
        self.taste = engine.taste_logits(one)
        self.start: Floats = self.human[_AT]

    def labels(self, targets: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The place of the label the engine stands by (-1: none) and its probability."""
        figures = scaled(moved(self.human, targets), self.reference)
        chances = self.engine.from_logits(self.engine.numeric_logits(figures) + self.taste)
        best = chances.max(axis=1)
        sure = best >= self.engine.weights.threshold
        return np.where(sure, chances.argmax(axis=1), -1), best

    def costs(self, targets: Floats) -> Floats:
        """How far the figures move on the scale that the head reads, and how many do."""
        scale = np.array([self.reference.gap_days, 1.0, self.reference.order_value, 1.0])
        distance = np.abs(np.log1p(targets / scale) - np.log1p(self.start / scale))
        changed = (targets != self.start).sum(axis=1)
        return np.asarray(distance.sum(axis=1) + COST_OF_A_CHANGE * changed)

    def smallest(self, target: Floats, aim: int) -> Floats:
        """The target with each change drawn back as far as the label holds."""
        for place in np.flatnonzero(target != self.start):
            steps = _between(self.start[place], target[place], STEPS[place])
            tries = np.tile(target, (len(steps), 1))
            tries[:, place] = steps
            holds = np.flatnonzero(self.labels(tries)[0] == aim)
            target = tries[holds[0]] if len(holds) else target
        return target

    def told(self, aim: int, target: Floats) -> Counterfactual:
        """The changes in figures that can be read and applied again."""
        _, chances = self.labels(target[None])
        changes = tuple(
            Change(name, round(float(before), 4), round(float(after), 4))
            for name, before, after in zip(UNITS, self.start, target, strict=True)
            if before != after
        )
        return Counterfactual(self.engine.weights.labels[aim], float(chances[0]), changes)


def _between(start: float, end: float, step: float) -> Floats:
    """Values from `start` to `end` in whole steps away from `start`, at most FINE_STEPS,
    nearest first.
    """
    count = max(1, int(np.ceil(abs(end - start) / step)))
    moves = np.unique(np.ceil(np.linspace(0, count, min(count, FINE_STEPS) + 1)))
    values = start + np.sign(end - start) * moves * step
    return np.asarray(np.maximum(values, 0.0), np.float64)


def _grid(start: Floats) -> Floats:
    """First guesses float64[m, 4], each with at most three figures changed."""
    recency, orders, value, returns = start
    choices = product(
        recency * np.array(RECENCY_SHARES),
        orders + np.array(ORDERS_MORE),
        value * np.array(ORDER_FACTORS),
        returns * np.array(RETURN_SHARES if returns > 0 else (1.0,)),
    )
    grid = np.array(list(choices))
    return np.asarray(grid[(grid != start).sum(axis=1) <= MOST_CHANGES])


def _targets(human: Floats, changes: Sequence[Change]) -> Floats:
    """The actionable figures with these changes: float64[4]."""
    after = {change.feature: change.after for change in changes}
    return np.array([after.get(name, human[NAMES.index(name)]) for name in UNITS])


def _verified(
    engine: SegmentEngine,
    features: Features,
    reference: ShopReference,
    found: Sequence[Counterfactual | None],
) -> list[Counterfactual | None]:
    """Only what the engine confirms when the changes, as they are told, are applied."""
    places = [place for place, one in enumerate(found) if one is not None and one.changes]
    kept: list[Counterfactual | None] = [None] * len(found)
    if not places:
        return kept
    offered = [found[place] for place in places]
    changes = [one.changes for one in offered if one is not None]
    said = engine.predict(applied(features.where(np.array(places)), reference, changes))
    for place, one, prediction in zip(places, offered, said, strict=True):
        if one is not None and prediction.label == one.label and not prediction.abstained:
            kept[place] = replace(one, probability=prediction.probability)
    return kept
