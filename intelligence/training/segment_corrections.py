"""Learning from staff: the segment head moved by what they decided, and no further.

The corrections of a shop are few. L2 of force HOLD keeps the weights near those of the head
in service, and typical customers stand beside the corrections, so that what these do not
speak of stays as it was: twelve corrections to one label would else make it everybody's. A
segment that the head does not know begins as the mean of all others: nobody's first label
until corrections say whose it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from intelligence.engines.customer_features import Features
from intelligence.engines.segment import SegmentEngine
from intelligence.evaluation.segment import LabelledCustomers

HOLD = 0.5
# How much a typical customer counts beside a correction.
TYPICAL = 0.05
STEPS = 300
# Of a figure that is the same for nearly everybody, such as the share of returns.
LEAST_SPREAD = 0.1

Floats = NDArray[np.float64]


def train_segment_from_corrections(
    features: Features,
    labels: Sequence[str],
    base: SegmentEngine,
    typical: LabelledCustomers | None = None,
) -> SegmentEngine:
    """`base` after the corrections: `labels` are what staff decided, one a customer.
    `typical` are customers whose segment is beyond doubt, which hold the head in its place.

    Labels that `base` does not know are added to the end, in the order of the alphabet.
    The card names the corrections as training data and has no metrics: they are for who
    holds a holdout. Raises ValueError without corrections.
    """
    if len(labels) != len(features):
        raise ValueError(f"{len(labels)} labels for {len(features)} customers")
    known = base.weights.labels
    names = (*known, *sorted(set(labels) - set(known)))
    if not len(labels):
        raise ValueError("there are no corrections to learn from")
    own = base.weights
    weight, bias = _start(base, len(names))
    inputs, truth, counts = base.inputs(features), np.array(labels, str), np.ones(len(labels))
    if typical is not None:
        inputs = np.vstack([inputs, base.inputs(typical.features)])
        truth = np.append(truth, typical.labels)
        counts = np.append(counts, np.full(len(typical.labels), TYPICAL))
    scale = _scale(base)
    inputs = inputs - own.centre
    told = (truth[:, None] == np.array(names)) * counts[:, None]
    change, shift = _moved(inputs / scale, told, inputs @ weight.T + bias)
    weight = weight + change / scale
    weights = replace(
        own,
        labels=names,
        weight=weight.astype(np.float32),
        bias=(bias + shift - weight @ own.centre).astype(np.float32),
        temperature=1.0,
    )
    source = {"name": "corrections by staff", "licence": "the shop's own", "rows": len(labels)}
    card = replace(
        base.card,
        labels=names,
        sha256="",
        temperature=1.0,
        training_data=(*base.card.training_data, source),
        metrics={},
    )
    return SegmentEngine(card, weights)


def spread_of_figures(engine: SegmentEngine) -> Floats:
    """How far each scaled figure usually moves from customer to customer: float64[9], from
    the engine's lowest knot to its highest.
    """
    knots = engine.weights.knots.astype(np.float64)
    return np.maximum(knots[:, -1] - knots[:, 0], LEAST_SPREAD)


def _start(base: SegmentEngine, labels: int) -> tuple[Floats, Floats]:
    """The base's weight [labels, d] and bias [labels] at temperature 1, for inputs less
    their centre; those of new labels are the mean of all others.
    """
    own = base.weights
    weight = own.weight.astype(np.float64) / own.temperature
    bias = own.bias / own.temperature + weight @ own.centre
    new = labels - len(own.labels)
    more = np.tile(weight.mean(axis=0), (new, 1)), np.full(new, bias.mean())
    return np.vstack([weight, more[0]]), np.append(bias, more[1])


def _scale(base: SegmentEngine) -> Floats:
    """How far each input usually moves; 1 for the taste."""
    knots = base.weights.knots
    taste = base.weights.weight.shape[1] - base.weights.numeric
    return np.append(np.tile(spread_of_figures(base), 1 + knots.shape[1]), np.ones(taste))


def _moved(inputs: Floats, told: Floats, start: Floats) -> tuple[Floats, Floats]:
    """The changes of weight and bias that lead from the logits `start` float64[n, c] to what
    was `told` float64[n, c]: how much each row counts, at its label. The bias is held as
    well: ten customers of one label must not make it everybody's.
    """
    columns = np.hstack([inputs, np.ones((len(inputs), 1))])
    shape = (start.shape[1], columns.shape[1])
    counts = told.sum(axis=1, keepdims=True)

    def loss(flat: Floats) -> tuple[float, Floats]:
        change = flat.reshape(shape)
        logs = log_softmax(start + columns @ change.T, axis=1)
        slope = (np.exp(logs) * counts - told).T @ columns + HOLD * change
        held = HOLD / 2 * float((change**2).sum())
        return held - float((told * logs).sum()), slope.ravel()

    found = minimize(
        loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    change = found.x.reshape(shape)
    return change[:, :-1], change[:, -1]
