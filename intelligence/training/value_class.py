"""How much a customer will spend in the next 39 days, in classes.

A row is a customer at a cut-off: the figures of the days before, the class of the spend in
the 39 days after it (sales less returns). `none` is no spend; the others split the spends
above zero of the training rows in equal parts. Training sees windows that end before the
one it is tested on. The head is the segment's: a softmax over figures with hinges, and
taste. Its probabilities are left true; the class is chosen with one offset a class, which
maximises macro-F1 on the training rows (accuracy would call nearly everybody `none`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intelligence.engines.customer_features import NAMES, Features
from intelligence.engines.fitting import Settings, fit
from intelligence.engines.heads import Parameters, raw_logits
from intelligence.engines.segment import hinges
from intelligence.evaluation.metrics import macro_f1
from intelligence.training.segment import Shop

HORIZON_DAYS = 39.0
# Training windows start so many days apart, and none before a shop knows its customers.
APART_DAYS = 13.0
WARM_UP_DAYS = 60.0
CLASSES: dict[int, tuple[str, ...]] = {
    3: ("none", "low", "high"),
    4: ("none", "low", "middle", "high"),
}
KNOTS = 3
SETTINGS = Settings(decay=1e-4, buckets=0, steps=150)
OFFSET_STEPS = (0.4, 0.2, 0.1)
ROUNDS = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spenders:
    """Customers with orders before a cut-off: their rows in the shop int64[n], their
    features, and what each spent in the window after it, float64[n].
    """

    customers: NDArray[np.int64]
    features: Features
    spent: Floats

    def __len__(self) -> int:
        return len(self.spent)


@dataclass(frozen=True, slots=True)
class ValueClassModel:
    """A fitted head. `edges` float64[classes - 2] part the spends above zero; `offsets`
    are added to log-probabilities before a class is chosen.
    """

    parameters: Parameters
    knots: NDArray[np.float32]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    edges: Floats
    offsets: Floats

    def probabilities(self, features: Features) -> Floats:
        """float64[n, classes]."""
        inputs = (_inputs(features, self.knots) - self.centre) / self.scale
        logits = raw_logits(self.parameters, inputs, [""] * len(inputs))
        return np.asarray(softmax(logits, axis=1), np.float64)

    def choose(self, probabilities: Floats) -> NDArray[np.int64]:
        """The place of the class said of each row; int64[n]."""
        return chosen(probabilities, self.offsets)


def end_of(shop: Shop) -> float:
    """Midnight after the shop's last day, in days."""
    return float(np.floor(shop.orders.time_days.max())) + 1


def cut_offs(shop: Shop, before: float) -> list[float]:
    """The cut-offs to learn from, newest first: each window ends by `before`."""
    first = float(shop.orders.time_days.min()) + WARM_UP_DAYS
    return list(np.arange(before - HORIZON_DAYS, first, -APART_DAYS))


def spenders(shop: Shop, cut_off: float, later: Shop | None = None) -> Spenders:
    """The customers known at `cut_off`, with what they spent in the window after it, as
    `later` tells where that is given.
    """
    spent = spent_in_window(later or shop, cut_off)
    features = shop.features(np.nextafter(cut_off, 0))
    known = np.flatnonzero(features.has_orders)
    told = np.array([spent.get(shop.customer_keys[row], 0.0) for row in known])
    return Spenders(known, features.where(known), told)


def spent_in_window(shop: Shop, cut_off: float) -> dict[str, float]:
    """Sales less returns of the window after `cut_off`, by the customer's key."""
    own = shop.orders
    inside = (own.time_days >= cut_off) & (own.time_days < cut_off + HORIZON_DAYS)
    total = np.bincount(
        own.customer_index[inside], own.total[inside], minlength=len(shop.customer_keys)
    )
    return dict(zip(shop.customer_keys, map(float, total), strict=True))


def without_taste(shop: Shop) -> Shop:
    """The shop whose products have no texts: figures alone."""
    return replace(shop, embeddings=np.zeros((len(shop.embeddings), 0), np.float32))


def joined(parts: Sequence[Spenders]) -> Spenders:
    """All rows of several cut-offs."""
    every = [part.features for part in parts]
    features = Features(
        np.vstack([one.human for one in every]),
        np.vstack([one.scaled for one in every]),
        np.vstack([one.semantic for one in every]),
        np.concatenate([one.has_orders for one in every]),
    )
    return Spenders(
        np.concatenate([part.customers for part in parts]),
        features,
        np.concatenate([part.spent for part in parts]),
    )


def fit_value_class(train: Spenders, classes: int = 4) -> ValueClassModel:
    """The model of rows with known spend, in 3 or 4 classes. Raises ValueError when fewer
    than two classes occur.
    """
    bought = train.spent[train.spent > 0]
    if len(bought) < classes:
        raise ValueError("too few customers bought anything in the windows to learn from")
    edges = np.quantile(bought, np.arange(1, classes - 1) / (classes - 1))
    truth = classes_of(train.spent, edges)
    shares = np.arange(1, KNOTS + 1) / (KNOTS + 1)
    knots = np.quantile(train.features.scaled, shares, axis=0).T.astype(np.float32)
    inputs = _inputs(train.features, knots)
    centre, scale = inputs.mean(axis=0), _scales(inputs)
    parameters = fit(
        (inputs - centre) / scale,
        [""] * len(inputs),
        np.eye(classes, dtype=bool)[truth],
        np.ones(len(inputs), np.float32),
        CLASSES[classes],
        SETTINGS,
    )
    model = ValueClassModel(parameters, knots, centre, scale, edges, np.zeros(classes))
    offsets = balancing_offsets(model.probabilities(train.features), truth)
    return replace(model, offsets=offsets)


def classes_of(spent: Floats, edges: Floats) -> NDArray[np.int64]:
    """0 where nothing was spent (or more sent back), else 1 + how many edges lie below."""
    return np.where(spent <= 0, 0, 1 + np.searchsorted(edges, spent)).astype(np.int64)


def balancing_offsets(probabilities: Floats, truth: NDArray[np.int64]) -> Floats:
    """Offsets of log-probabilities that raise macro-F1 most, by coordinate ascent from
    the balance of classes.
    """
    offsets = -np.log(np.bincount(truth, minlength=probabilities.shape[1]) / len(truth))
    best = macro_f1(chosen(probabilities, offsets), truth)
    for step in np.repeat(OFFSET_STEPS, ROUNDS):
        for place in range(len(offsets)):
            for move in (-step, step):
                tried = offsets.copy()
                tried[place] += move
                score = macro_f1(chosen(probabilities, tried), truth)
                if score > best:
                    best, offsets = score, tried
    return np.asarray(offsets, np.float64)


def chosen(probabilities: Floats, offsets: Floats) -> NDArray[np.int64]:
    """The class of the highest log-probability after the offsets."""
    return np.asarray((np.log(probabilities + 1e-12) + offsets).argmax(axis=1), np.int64)


def _inputs(features: Features, knots: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.hstack([hinges(features.scaled, knots), features.semantic]).astype(np.float32)


def _scales(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Deviations; the taste as a whole weighs as much as one figure, for its columns are
    alike and small ones are noise.
    """
    scale = np.maximum(inputs.std(axis=0), 1e-6)
    cut = len(NAMES) * (1 + KNOTS)
    scale[cut:] = scale[cut:].max(initial=1e-6) * np.sqrt(max(1, len(scale) - cut))
    return np.asarray(scale, np.float32)
