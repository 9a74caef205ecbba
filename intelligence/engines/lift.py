"""What a list did: the mean effect of one treatment over another, by a randomised group.

The estimate is augmented inverse propensity weighting (Robins, Rotnitzky and Zhao 1994,
https://doi.org/10.1080/01621459.1994.10476818), with an outcome model that is fitted on
other customers than those it speaks of (cross-fitting, Chernozhukov et al. 2018,
https://doi.org/10.1111/ectj.12097):

    psi_i = m(x_i, 1) - m(x_i, 0) + a_i (y_i - m(x_i, 1)) / e_i
                                  - (1 - a_i) (y_i - m(x_i, 0)) / (1 - e_i)

The effect is the mean of psi, its standard error the deviation of psi over sqrt(n). The
propensities e_i are known, for the shop drew the groups itself: so the estimate is right
whatever the outcome model, and a model that explains some of the outcome from what was known
before only narrows the interval. It is also right where the size of the group was changed
meanwhile, which a plain difference of means is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

FOLDS = 5
RIDGE = 1.0
FEWEST = 20  # customers a group: below, a normal interval of counts means nothing
CONFIDENCE = 0.95
POWER = 0.8


@dataclass(frozen=True, slots=True)
class Trial:
    """Customers of both groups; arrays of equal length.

    `treated` bool, `propensity` of being treated in (0, 1), `outcome` float, and `features`
    float[n, d] that were known before the treatment. Raises ValueError where they differ in
    length or a propensity is certain.
    """

    treated: NDArray[np.bool_]
    propensity: NDArray[np.float64]
    outcome: NDArray[np.float64]
    features: NDArray[np.float64]

    def __post_init__(self) -> None:
        lengths = {len(self.treated), len(self.propensity), len(self.outcome), len(self.features)}
        if len(lengths) > 1:
            raise ValueError("a trial: arrays differ in length")
        if len(self) and not ((self.propensity > 0) & (self.propensity < 1)).all():
            raise ValueError("a trial: propensities must lie between 0 and 1")

    def __len__(self) -> int:
        return len(self.treated)

    @property
    def smaller(self) -> int:
        """How many customers the smaller group has."""
        treated = int(self.treated.sum())
        return min(treated, len(self) - treated)


@dataclass(frozen=True, slots=True)
class Effect:
    """A mean difference per customer with its standard error and 95 % interval."""

    mean: float
    error: float
    low: float
    high: float


def effect_of(trial: Trial) -> Effect | None:
    """The doubly robust effect of being treated; None where a group has fewer than `FEWEST`."""
    if trial.smaller < FEWEST:
        return None
    untreated, added = _expected(trial)
    treated = untreated + added
    a, e, y = trial.treated, trial.propensity, trial.outcome
    psi = treated - untreated + a * (y - treated) / e - (~a) * (y - untreated) / (1 - e)
    error = float(psi.std(ddof=1)) / sqrt(len(trial))
    return _interval(float(psi.mean()), error, trial.smaller - 1)


def plain_difference(trial: Trial) -> Effect | None:
    """The difference of the two means, by Welch; right only where all had one propensity."""
    if trial.smaller < FEWEST:
        return None
    ours, theirs = trial.outcome[trial.treated], trial.outcome[~trial.treated]
    error = sqrt(ours.var(ddof=1) / len(ours) + theirs.var(ddof=1) / len(theirs))
    return _interval(float(ours.mean() - theirs.mean()), error, trial.smaller - 1)


def more_needed(outcomes: float, error: float, worth_telling: float) -> int:
    """About how many more outcomes must come in, at the present mix of groups, before an
    effect of `worth_telling` per customer would be told with a power of 80 %.

    `outcomes` is their sum so far and `error` the standard error now, which falls with the
    square root of the number of customers. 0 when there are enough.
    """
    if worth_telling <= 0 or outcomes <= 0:
        return 0
    needed = worth_telling / (norm.ppf((1 + CONFIDENCE) / 2) + norm.ppf(POWER))
    return max(0, ceil(outcomes * ((error / needed) ** 2 - 1)))


def _interval(mean: float, error: float, freedom: int) -> Effect:
    width = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    return Effect(mean, error, mean - width, mean + width)


def _expected(trial: Trial) -> tuple[NDArray[np.float64], float | NDArray[np.float64]]:
    """m(x, 0) of each customer, and m(x, 1) - m(x, 0), from a ridge regression on the
    features and the group, fitted on the customers of the other folds.
    """
    x = _standardised(trial.features)
    folds = np.arange(len(trial)) % FOLDS
    untreated, added = np.zeros(len(trial)), np.zeros(len(trial))
    for fold in range(FOLDS):
        own, others = folds == fold, folds != fold
        slopes, base, group = _ridge(x[others], trial.treated[others], trial.outcome[others])
        untreated[own] = base + x[own] @ slopes
        added[own] = group
    return untreated, added


def _ridge(
    x: NDArray[np.float64], treated: NDArray[np.bool_], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, float]:
    """Slopes of the features, the base and the group's effect; the last two are not shrunk."""
    design = np.hstack([x, np.ones((len(x), 1)), treated[:, None].astype(np.float64)])
    shrink = np.zeros(design.shape[1])
    shrink[: x.shape[1]] = RIDGE
    gram = design.T @ design + np.diag(shrink)
    found = np.linalg.lstsq(gram, design.T @ y, rcond=None)[0]
    return found[:-2], float(found[-2]), float(found[-1])


def _standardised(features: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = features.std(axis=0)
    scaled: NDArray[np.float64] = (features - features.mean(axis=0)) / np.where(spread, spread, 1)
    return scaled
