"""What a purchase model leaves out, learned from the shop's own recent past.

A purchase model knows when a customer bought first and last, and how often. It does not know
how many pieces they take at a time, or whether their purchases lie in the recent past or long
ago. A Poisson regression tells how much that says: on a day some time ago the model forecasts
the days since, and the regression learns what these days were from the forecast and the rest.
Today it moves expectations from customer to customer and keeps their sum, for how much is
bought in the whole shop is the season's doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NAMES = ("log_expected", "log_orders", "log_units", "log_fading")
RIDGE = 10.0  # so many customers speak for "leave the forecast as it is"
STEPS = 50
MOST = 5.0  # nobody is moved by more than this factor
SEED = 20050101
ENOUGH = 200  # customers, and purchases in the window, to learn from


@dataclass(frozen=True, slots=True)
class Correction:
    """Weights float64[4] of the standardised `NAMES`, and `middle` and `scale` of each."""

    weights: Floats
    middle: Floats
    scale: Floats

    def factors(self, expected: Floats, orders: Floats, units: Floats, fading: Floats) -> Floats:
        """By how much each customer's expectation is multiplied, float64[n]: the sum over
        customers stays what it was, but for those at the limit of `MOST`.
        """
        columns = (_columns(expected, orders, units, fading) - self.middle) / self.scale
        raw = np.exp(np.clip(columns @ self.weights, -50, 50)) / _positive(expected)
        for _ in range(3):  # limits and sum, in turn
            raw *= expected.sum() / max((raw * expected).sum(), 1e-12)
            raw = np.clip(raw, 1 / MOST, MOST)
        return raw

    def as_json(self) -> dict[str, Any]:
        """JSON-ready data; `from_json` reads it back equal."""
        names = ("weights", "middle", "scale")
        return {name: getattr(self, name).tolist() for name in names}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Correction:
        """The correction that `as_json` told."""
        return cls(*(np.array(content[name], float) for name in ("weights", "middle", "scale")))


def learn_correction(
    expected: Floats, orders: Floats, units: Floats, fading: Floats, came: Floats
) -> Correction | None:
    """Learn from what `came` (float64[n], purchase days) after a forecast of `expected`.

    None where there is too little to learn from, or the corrected forecast is no better than
    the plain one on customers that it did not learn from (Poisson deviance, two halves).
    """
    if len(came) < ENOUGH or came.sum() < ENOUGH:
        return None
    columns = _columns(expected, orders, units, fading)
    middle, scale = columns.mean(axis=0), np.maximum(columns.std(axis=0), 1e-9)
    standard = (columns - middle) / scale
    start = np.zeros(len(NAMES))
    start[0] = scale[0]  # the plain forecast, but for its sum
    half = np.random.default_rng(SEED).random(len(came)) < 0.5
    plain = corrected = 0.0
    for learned, asked in ((half, ~half), (~half, half)):
        weights = _poisson(standard[learned], came[learned], start)
        plain += _deviance(standard[asked] @ start, came[asked])
        corrected += _deviance(standard[asked] @ weights, came[asked])
    if not corrected < plain:
        return None
    return Correction(_poisson(standard, came, start), middle, scale)


def _columns(expected: Floats, orders: Floats, units: Floats, fading: Floats) -> Floats:
    return np.log(
        np.column_stack([_positive(expected), orders, np.maximum(units, 0.1), _positive(fading)])
    )


def _positive(values: Floats) -> Floats:
    return np.maximum(values, 1e-9)


def _poisson(columns: Floats, came: Floats, start: Floats) -> Floats:
    """Weights by Newton's method, drawn to `start`; the intercept is not kept."""
    whole = np.column_stack([np.ones(len(came)), columns])
    prior = np.append(0.0, start)
    pull = np.append(0.0, np.full(len(start), RIDGE))
    weights = prior.copy()
    weights[0] = np.log(came.mean() / np.exp(columns @ start).mean())
    for _ in range(STEPS):
        rate = np.exp(np.clip(whole @ weights, -30, 30))
        slope = whole.T @ (came - rate) - pull * (weights - prior)
        step = np.linalg.solve((whole.T * rate) @ whole + np.diag(pull) + 1e-9 * np.eye(5), slope)
        weights = weights + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return weights[1:]


def _deviance(logs: Floats, came: Floats) -> float:
    """Poisson deviance of rates that have the right sum."""
    rate = np.exp(np.clip(logs, -30, 30))
    rate *= came.sum() / rate.sum()
    some = came > 0
    return float(2 * ((came[some] * np.log(came[some] / rate[some])).sum()))
