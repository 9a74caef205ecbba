"""What an order of a customer is worth: the Gamma-Gamma model.

Orders of one customer are gamma distributed with a scale of their own, and scales are gamma
distributed over customers (p, q, v). Formulas: Fader, Hardie (2013), The Gamma-Gamma Model
of Monetary Value, http://www.brucehardie.com/notes/025/. It takes for granted that how much
a customer spends does not hang on how often they buy: see `independence`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaincinv, gammaln
from scipy.stats import spearmanr

from intelligence.engines.bounded_fit import minimised
from intelligence.engines.purchase_model import Forecast

Floats = NDArray[np.float64]

BOUNDS = (-9.0, 12.0)
GRADIENT_DONE = 1e-3


@dataclass(frozen=True, slots=True)
class ValueModel:
    """Fitted parameters; `v` is in the unit of the values. `converged` as elsewhere."""

    p: float
    q: float
    v: float
    log_likelihood: float
    converged: bool

    def expected(self, orders: Floats, mean: Floats) -> Floats:
        """The mean value of a customer's future orders, float64[n], from their number of
        `orders` so far and the `mean` of these (equation 5): between their own mean and that
        of all customers, the nearer to their own the more they bought. Without orders it is
        that of all.
        """
        q = max(self.q, 1 + 1e-6)  # below 1 the mean of all customers does not exist
        return self.p * (self.v + orders * mean) / (self.p * orders + q - 1)

    def variance(self, orders: Floats, mean: Floats) -> tuple[Floats, Floats]:
        """Of a future order around the customer's mean, and of that mean around what is
        expected: float64[n] each. Customers' scales follow an inverse gamma distribution
        (equation 4), of which the second moment is cut off where it does not exist.
        """
        shape = np.maximum(self.p * orders + self.q, 2.1)
        expected = self.expected(orders, mean)
        of_mean = expected**2 / (shape - 2)
        return (expected**2 + of_mean) / self.p, of_mean


def fit_values(orders: Floats, mean: Floats) -> ValueModel:
    """The maximum likelihood fit over customers with `orders` (1 or more) of positive `mean`.

    Equation 1a, by its analytic gradient. Raises ValueError without any such customer.
    """
    known = (orders > 0) & (mean > 0) & np.isfinite(mean)
    x, m = orders[known], mean[known]
    if not len(x):
        raise ValueError("there is no order of positive value")
    unit = float(np.median(m))
    m = m / unit

    def loss(logs: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(logs)
        whole = np.log(v + m * x)
        rows = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        rows += (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * whole
        by_p = x * (digamma(p * x + q) - digamma(p * x) + np.log(m) + np.log(x) - whole)
        by_q = digamma(p * x + q) - digamma(q) + np.log(v) - whole
        by_v = q / v - (p * x + q) / (v + m * x)
        gradient = np.array([by_p.mean(), by_q.mean(), by_v.mean()]) * np.exp(logs)
        return -float(rows.mean()), -gradient

    found = minimised(loss, np.log([2.0, 3.0, 2.0]), BOUNDS)
    p, q, v = np.exp(found.x)
    slope = loss(found.x)[1]
    at_bound = (found.x <= BOUNDS[0]) | (found.x >= BOUNDS[1])
    converged = bool(np.abs(np.where(at_bound, 0.0, slope)).max() < GRADIENT_DONE)
    likelihood = -found.fun * len(x) - len(x) * np.log(unit)
    return ValueModel(float(p), float(q), float(v * unit), float(likelihood), converged)


def independence(orders: Floats, mean: Floats) -> float | None:
    """The rank correlation of number and mean value of orders over customers who came back:
    near 0 where the model may be trusted. None for fewer than three of them.
    """
    back = (orders > 1) & (mean > 0)
    if back.sum() < 3 or len(set(orders[back])) < 2 or len(set(mean[back])) < 2:
        return None
    return float(spearmanr(orders[back], mean[back]).statistic)


def total_bounds(
    model: ValueModel, ahead: Forecast, orders: Floats, mean: Floats, share: float = 0.8
) -> tuple[Floats, Floats]:
    """Bounds of the value of all orders ahead that leave half of 1 - `share` outside on
    either side, float64[n] each.

    The total is a sum of a random number of random values. Its chance to be 0 is that of no
    order; above 0 it is taken for a gamma distribution of the same mean and variance (law of
    total variance).
    """
    expected = model.expected(orders, mean)
    of_order, of_mean = model.variance(orders, mean)
    total = ahead.mean * expected
    square = ahead.variance + ahead.mean**2
    variance = ahead.mean * of_order + square * of_mean + ahead.variance * expected**2
    some = np.maximum(1 - ahead.none, 1e-9)
    above = total / some
    spread = np.maximum((variance + total**2) / some - above**2, 1e-12)
    shape = np.maximum(above**2 / spread, 1e-6)
    bounds = []
    for level in ((1 - share) / 2, (1 + share) / 2):
        inside = np.clip((level - ahead.none) / some, 0.0, 1 - 1e-9)
        bounds.append(gammaincinv(shape, inside) * above / shape)
    return bounds[0], bounds[1]
