"""How often customers buy until they stop: BG/NBD and its modified form, MBG/NBD.

A customer buys at a rate of their own (Poisson; rates are gamma distributed, r and alpha)
and may stop for good after each purchase with a chance of their own (beta distributed, a and
b). Sources of the formulas:

- BG/NBD: Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to
  the Pareto/NBD Model, Marketing Science 24(2). A customer can stop after each repeat purchase.
- MBG/NBD: Batislam, Denizel, Filiztekin (2007), Empirical validation and comparison of models
  for customer base analysis, International Journal of Research in Marketing 24(3). A customer
  can also stop after the first purchase; under BG/NBD one who bought once is always active.

They differ in one number, how many chances to stop a customer of x repeat purchases has had:
x, or x + 1. Written with that number (`chances`), one set of formulas serves both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, digamma, expit, gammaln

from intelligence.engines.bounded_fit import minimised

Floats = NDArray[np.float64]

NAMES = ("r", "alpha", "a", "b")
# Beyond these (log scale, time in units of the mean age) the data say nothing any more: a
# shop that nobody ever leaves, or whose customers are all alike, ends at a bound, and well.
BOUNDS = (-9.0, 9.0)
GRADIENT_DONE = 1e-3
PRIOR = 3.0
TAIL = 1e-5  # chances of more purchases than this are left out
MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of n customers, float64[n] each: repeat purchase days (`frequency`),
    days from the first to the last of them (`recency`) and to the present (`age`).

    Raises ValueError for values that are negative, not finite, or a recency after the age.
    """

    frequency: Floats
    recency: Floats
    age: Floats

    def __post_init__(self) -> None:
        columns = (self.frequency, self.recency, self.age)
        if len({len(column) for column in columns}) > 1:
            raise ValueError("counts: the arrays differ in length")
        if not all(np.isfinite(column).all() for column in columns):
            raise ValueError("counts: frequency, recency and age must be finite")
        if any((column < 0).any() for column in columns) or (self.recency > self.age).any():
            raise ValueError("counts: 0 <= recency <= age, and no negative frequency")

    def __len__(self) -> int:
        return len(self.frequency)

    def where(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Counts:
        """The customers that `rows` (mask or indexes) chooses."""
        return Counts(self.frequency[rows], self.recency[rows], self.age[rows])

    def unique(self) -> tuple[Counts, Floats, NDArray[np.int64]]:
        """The different customers, how many there are of each, and where each customer
        stands among them.
        """
        order = np.lexsort((self.age, self.recency, self.frequency))
        ordered = self.where(order)
        steps = [np.diff(column) != 0 for column in ordered._columns()]
        new = np.concatenate([[True], steps[0] | steps[1] | steps[2]])[: len(self)]
        place = np.empty(len(self), np.int64)
        place[order] = np.cumsum(new) - 1
        return ordered.where(new), np.bincount(place).astype(float), place

    def _columns(self) -> tuple[Floats, Floats, Floats]:
        return self.frequency, self.recency, self.age


@dataclass(frozen=True, slots=True)
class PurchaseModel:
    """Fitted parameters. `alpha` is in days; `spread` float64[4, 4] is the covariance of the
    logarithms of (r, alpha, a, b). `stops_at_first` tells MBG/NBD from BG/NBD. `converged`
    False: the search ended without a maximum, and the figures mean nothing.
    """

    r: float
    alpha: float
    a: float
    b: float
    stops_at_first: bool
    spread: Floats
    log_likelihood: float
    converged: bool

    @property
    def logs(self) -> Floats:
        """The logarithms of r, alpha, a, b."""
        return np.log([self.r, self.alpha, self.a, self.b])

    def chances(self, counts: Counts) -> Floats:
        """How many times each customer could have stopped."""
        return counts.frequency + self.stops_at_first


def fit_purchases(counts: Counts, *, stops_at_first: bool = True) -> PurchaseModel:
    """The maximum likelihood fit, by its analytic gradient on the different customers.

    Raises ValueError where there is no customer, or no time has passed.
    """
    if not len(counts) or counts.age.max() <= 0:
        raise ValueError("there is no time in which somebody could have come back")
    unit = counts.age.mean()
    different, weights, _ = counts.unique()
    scaled = Counts(different.frequency, different.recency / unit, different.age / unit)
    total = weights.sum()

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(logs, scaled, weights, stops_at_first)
        return -value / total, -gradient / total

    found = minimised(loss, np.zeros(4), BOUNDS)
    logs = found.x
    converged = bool(np.isfinite(found.fun) and _slope_inside(logs, loss(logs)[1]) < GRADIENT_DONE)
    spread = _spread(lambda at: loss(at)[1] * total, logs)
    r, alpha, a, b = np.exp(logs)
    moved = -(weights * different.frequency).sum() * np.log(unit)  # the unit of the densities
    return PurchaseModel(
        float(r), float(alpha * unit), float(a), float(b), stops_at_first, spread,
        float(-found.fun * total + moved), converged,
    )  # fmt: skip


def log_likelihood(
    logs: Floats, counts: Counts, weights: Floats, stops_at_first: bool
) -> tuple[float, Floats]:
    """Weighted log-likelihood and its gradient by the logarithms of r, alpha, a, b.

    Fader, Hardie, Lee (2005), equation 6; Batislam et al. (2007), equation 3.
    """
    r, alpha, a, b = np.exp(logs)
    x, chances = counts.frequency, counts.frequency + stops_at_first
    here, there = np.log(alpha + counts.age), np.log(alpha + counts.recency)
    could = chances > 0
    before = np.maximum(chances - 1, 0)  # chances that were passed for certain
    active = betaln(a, b + chances) - (r + x) * here
    stopped = np.where(could, betaln(a + 1, b + before) - (r + x) * there, -np.inf)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    rows = common + np.logaddexp(active, stopped)
    w = np.where(could, expit(active - stopped), 1.0)
    by_r = digamma(r + x) - digamma(r) + np.log(alpha) - w * here - (1 - w) * there
    by_alpha = r / alpha - (r + x) * (w / (alpha + counts.age) + (1 - w) / (alpha + counts.recency))
    sums = digamma(a + b) - digamma(a + b + chances)
    by_a = sums - digamma(a) + w * digamma(a) + (1 - w) * digamma(a + 1)
    by_b = sums - digamma(b) + w * digamma(b + chances) + (1 - w) * digamma(b + before)
    gradient = np.array([weights @ by_r, weights @ by_alpha, weights @ by_a, weights @ by_b])
    return float(weights @ rows), gradient * np.exp(logs)


def alive_probability(model: PurchaseModel, counts: Counts) -> Floats:
    """The chance that a customer has not stopped yet, float64[n].

    Fader, Hardie, Lee (2008), Computing P(alive) Using the BG/NBD Model, equation 3.
    """
    return _alive(model.logs, model.chances(counts), counts)


def alive_bounds(model: PurchaseModel, counts: Counts, z: float) -> tuple[Floats, Floats]:
    """Bounds `z` standard errors around the chance, by the uncertainty of the parameters
    (delta method on the log odds).
    """
    chances, step = model.chances(counts), 1e-4
    middle = _log_odds(_alive(model.logs, chances, counts))
    slopes = np.empty((4, len(counts)))
    for n in range(4):
        moved = model.logs + step * (np.arange(4) == n)
        slopes[n] = (_log_odds(_alive(moved, chances, counts)) - middle) / step
    error = z * np.sqrt(np.maximum(np.einsum("in,ij,jn->n", slopes, model.spread, slopes), 0))
    return expit(middle - error), expit(middle + error)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The number of purchase days ahead, float64[n] each: mean, variance, chance of none,
    median, and the bounds that leave a tenth outside on either side.
    """

    mean: Floats
    variance: Floats
    none: Floats
    median: Floats
    low: Floats
    high: Floats


def forecast(model: PurchaseModel, counts: Counts, days: Floats, share: float = 0.8) -> Forecast:
    """The distribution of the purchase days in the next `days` (float64[n]; a customer who
    buys k times as fast as the model says has k times the days).

    Given that a customer is active, purchases without stopping are negative binomial (r + x,
    alpha + T) and the chance to stop is beta (a, b + chances), independently. At least n come
    when n - 1 chances to stop are passed and the negative binomial reaches n:
    P(Y >= n) = P(alive) B(a, b' + n - 1) / B(a, b') I_q(n, r + x), q = days / (alpha + T + days).
    Its sum over n is the conditional expectation of Fader, Hardie, Lee (2005), equation 10.
    """
    alive = alive_probability(model, counts)
    shape = model.r + counts.frequency
    q = days / (model.alpha + counts.age + days)
    passed = model.b + model.chances(counts)
    rest = np.arange(len(counts))
    mean, square = np.zeros(len(counts)), np.zeros(len(counts))
    quantiles = {level: np.zeros(len(counts)) for level in ((1 - share) / 2, 0.5, (1 + share) / 2)}
    none = np.ones(len(counts))
    staying = alive.copy()
    for n in range(1, MOST_STEPS):
        reach = staying[rest] * betainc(n, shape[rest], q[rest])
        if n == 1:
            none = 1 - reach
        mean[rest] += reach
        square[rest] += (2 * n - 1) * reach
        for level, quantile in quantiles.items():
            quantile[rest] += reach > 1 - level
        go_on = reach > TAIL
        rest = rest[go_on]
        if not len(rest):
            break
        staying[rest] *= (passed[rest] + n - 1) / (model.a + passed[rest] + n - 1)
    low, median, high = quantiles.values()
    return Forecast(mean, np.maximum(square - mean**2, 0), none, median, low, high)


def days_to_next(model: PurchaseModel, counts: Counts, pace: Floats) -> Floats:
    """In how many days another purchase is as likely as not to have come, float64[n];
    infinite for a customer who has more likely stopped. `pace` multiplies the rate.

    Solves P(alive) (1 - (alpha' / (alpha' + s))^r') = 1/2: given that a customer is active,
    the time to the next purchase is Lomax distributed (gamma mixture of exponentials).
    """
    alive = alive_probability(model, counts)
    shape, scale = model.r + counts.frequency, model.alpha + counts.age
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        waits = scale * np.expm1(-np.log1p(-0.5 / alive) / shape) / pace
    return np.where(alive > 0.5, waits, np.inf)


def _alive(logs: Floats, chances: Floats, counts: Counts) -> Floats:
    r, alpha, a, b = np.exp(logs)
    longer = np.log1p((counts.age - counts.recency) / (alpha + counts.recency))
    odds = np.log(a) - np.log(b + np.maximum(chances - 1, 0)) + (r + counts.frequency) * longer
    return np.where(chances > 0, expit(-odds), 1.0)


def _log_odds(p: Floats) -> Floats:
    inside = np.clip(p, 1e-12, 1 - 1e-12)
    return np.log(inside) - np.log1p(-inside)


def _slope_inside(logs: Floats, gradient: Floats) -> float:
    """The steepest slope that does not lead out of the bounds."""
    leads_out = ((logs <= BOUNDS[0]) & (gradient > 0)) | ((logs >= BOUNDS[1]) & (gradient < 0))
    return float(np.abs(np.where(leads_out, 0.0, gradient)).max())


def _spread(gradient: Callable[[Floats], Floats], logs: Floats) -> Floats:
    """The inverse of the Hessian of the loss at its minimum, with a weak prior (standard
    deviation `PRIOR`) where the data say nothing; zeros where it is no minimum.
    """
    step = 1e-4
    steps = np.eye(len(logs)) * step
    hessian = np.array([(gradient(logs + s) - gradient(logs - s)) / (2 * step) for s in steps])
    hessian = (hessian + hessian.T) / 2 + np.eye(len(logs)) / PRIOR**2
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return np.zeros_like(hessian)
    return np.linalg.inv(hessian)
