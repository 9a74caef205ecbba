"""Value and churn: who is still a customer, and what they will order and spend.

MBG/NBD tells how often a customer buys and whether they stopped (`purchase_model`), a
regression on the shop's recent past corrects it (`count_correction`), and Gamma-Gamma tells
what an order is worth (`order_value`). Each names its papers.

Days with an order are what is counted: two orders on one day are one visit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.count_correction import Correction, learn_correction
from intelligence.engines.order_value import ValueModel, fit_values, independence, total_bounds
from intelligence.engines.purchase_days import Known, PurchaseDays, known_on
from intelligence.engines.purchase_model import (
    Forecast,
    PurchaseModel,
    alive_bounds,
    alive_probability,
    days_to_next,
    fit_purchases,
    forecast,
)

Floats = NDArray[np.float64]

HORIZON_DAYS = 90
SHARE = 0.8  # of what may happen lies within the bounds
Z = 1.2816  # standard errors on either side that hold as much
FEWEST_CUSTOMERS = 50
FEWEST_BACK = 10  # customers who came back, below which nothing is fitted
WINDOW = 1 / 2  # of the days known, to learn the correction from
HALF_LIFE = 1 / 4  # of the days known, after which a purchase counts half
SHORTEST_DAYS = 30  # of a window
FURTHEST_DAYS = 365  # a next order later than this is none to expect

TOO_FEW = "too few customers came back to learn from"
NO_FIT = "the model did not converge on these orders"


class NotFitted(ValueError):
    """These purchases teach nothing; the message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A fitted model of one shop.

    `values` is None where no order has a positive value or that fit failed, `correction`
    where none helps. `half_life_days` belongs to the correction. `independence` is the rank
    correlation of number and value of orders: near 0 where the value may be trusted.
    """

    purchases: PurchaseModel
    values: ValueModel | None
    correction: Correction | None
    half_life_days: float
    independence: float | None
    customers: int
    purchase_days: int

    def as_json(self) -> dict[str, Any]:
        """JSON-ready data; `from_json` reads it back equal."""
        purchases = asdict(self.purchases) | {"spread": self.purchases.spread.tolist()}
        return {
            "purchases": purchases,
            "values": asdict(self.values) if self.values else None,
            "correction": self.correction.as_json() if self.correction else None,
            **{
                name: getattr(self, name)
                for name in ("half_life_days", "independence", "customers", "purchase_days")
            },
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Lifetime:
        """The model that `as_json` told."""
        purchases = content["purchases"] | {"spread": np.array(content["purchases"]["spread"])}
        values, correction = content["values"], content["correction"]
        return cls(
            **{
                **content,
                "purchases": PurchaseModel(**purchases),
                "values": ValueModel(**values) if values else None,
                "correction": Correction.from_json(correction) if correction else None,
            }
        )

    @property
    def version(self) -> str:
        """The sha256 of the parameters."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of n customers, float64[n] each; rows as in `customer` int64[n].

    Orders are days with an order within the horizon: their mean, median and bounds. Values
    are NaN where the model has none, `next_days` where no order is to be expected. `alive`
    has bounds by the uncertainty of the parameters, the others by what may happen.
    """

    customer: NDArray[np.int64]
    alive: Floats
    alive_low: Floats
    alive_high: Floats
    orders: Floats
    orders_median: Floats
    orders_low: Floats
    orders_high: Floats
    value: Floats
    value_low: Floats
    value_high: Floats
    next_days: Floats


def fit_lifetime(purchases: PurchaseDays, today: int, horizon_days: int = HORIZON_DAYS) -> Lifetime:
    """Fit to what was bought up to the day `today`. Raises NotFitted."""
    past = purchases.until(today)
    days_known = today - int(past.day.min()) if len(past) else 0
    half_life = max(days_known * HALF_LIFE, 1.0)
    known = known_on(past, today, half_life)
    _check(known)
    model = fit_purchases(known.counts)
    if not model.converged:
        raise NotFitted(NO_FIT)
    return Lifetime(
        purchases=model,
        values=_fit_values(known),
        correction=_correction(past, today, min(horizon_days, int(days_known * WINDOW))),
        half_life_days=half_life,
        independence=independence(known.valued, known.mean_value),
        customers=len(known.customer),
        purchase_days=len(past),
    )


def outlook(
    model: Lifetime, purchases: PurchaseDays, today: int, horizon_days: int = HORIZON_DAYS
) -> Outlook:
    """What is expected after the day `today` of every customer who had bought by then."""
    known = known_on(purchases, today, model.half_life_days)
    counts, _, place = known.counts.unique()
    alive = alive_probability(model.purchases, counts)[place]
    low, high = (bound[place] for bound in alive_bounds(model.purchases, counts, Z))
    pace = _pace(model, known, horizon_days)
    ahead = forecast(model.purchases, known.counts, horizon_days * pace, SHARE)
    value, value_low, value_high = _values(model.values, ahead, known)
    next_days = days_to_next(model.purchases, known.counts, pace)
    return Outlook(
        known.customer, alive, low, high,
        ahead.mean, ahead.median, ahead.low, ahead.high,
        value, value_low, value_high,
        np.where(next_days <= FURTHEST_DAYS, next_days, np.nan),
    )  # fmt: skip


def _check(known: Known) -> None:
    back = int((known.counts.frequency > 0).sum())
    if len(known.customer) < FEWEST_CUSTOMERS or back < FEWEST_BACK:
        raise NotFitted(TOO_FEW)


def _fit_values(known: Known) -> ValueModel | None:
    try:
        fitted = fit_values(known.valued, known.mean_value)
    except ValueError:
        return None
    return fitted if fitted.converged else None


def _correction(past: PurchaseDays, today: int, window: int) -> Correction | None:
    """Learned from the last `window` days, as they looked before."""
    then = today - window
    if window < SHORTEST_DAYS or not len(past):
        return None
    half_life = max((then - int(past.day.min())) * HALF_LIFE, 1.0)
    known = known_on(past, then, half_life)
    try:
        _check(known)
        model = fit_purchases(known.counts)
    except ValueError:
        return None
    counts, _, place = known.counts.unique()
    expected = forecast(model, counts, np.full(len(counts), float(window))).mean[place]
    rows = int(past.customer.max()) + 1
    came = np.bincount(past.between(then, today).customer, minlength=rows)[known.customer]
    orders = known.counts.frequency + 1
    return learn_correction(expected, orders, known.units, known.fading, came.astype(float))


def _pace(model: Lifetime, known: Known, horizon_days: int) -> Floats:
    """How many times as fast as the purchase model says each customer buys."""
    if model.correction is None:
        return np.ones(len(known.customer))
    counts, _, place = known.counts.unique()
    days = np.full(len(counts), float(horizon_days))
    expected = forecast(model.purchases, counts, days).mean[place]
    orders = known.counts.frequency + 1
    return model.correction.factors(expected, orders, known.units, known.fading)


def _values(
    model: ValueModel | None, ahead: Forecast, known: Known
) -> tuple[Floats, Floats, Floats]:
    if model is None:
        unknown = np.full(len(known.customer), np.nan)
        return unknown, unknown, unknown
    value = ahead.mean * model.expected(known.valued, known.mean_value)
    low, high = total_bounds(model, ahead, known.valued, known.mean_value, SHARE)
    return value, np.minimum(low, value), high
