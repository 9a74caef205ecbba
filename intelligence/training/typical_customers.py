"""Customers of an imagined shop whose segment is beyond doubt, by the rules that taught the
shipped head.

They stand for what nobody corrected: beside a few corrections they hold a head in its
place, and others of them judge what came of it. Nobody of them sends anything back: what
is said of returns is left to the shop.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.customer_features import (
    Features,
    Orders,
    ShopReference,
    build_features,
)
from intelligence.engines.segment_rules import rule_labels
from intelligence.evaluation.segment import LabelledCustomers

CUSTOMERS = 1500  # imagined, of whom those beyond doubt are kept
DAYS = 500
MOST_ORDERS = 12
COMING_BACK = 0.75  # the chance of one order more
# A segment is beyond doubt when it is the same with all figures so much smaller or larger.
MARGIN = 1.15
# One in so many buys for a business: larger orders of more pieces.
WHOLESALE_EVERY = 8
WHOLESALE_TIMES = 6
TEACHING, JUDGING = 1, 2


def typical_customers(seed: int) -> LabelledCustomers:
    """Several hundred customers of every kind; others with another seed (`TEACHING`,
    `JUDGING`), the same with the same.
    """
    features = _imagined(np.random.default_rng(seed))
    labels = np.array(rule_labels(features))
    beyond_doubt = np.logical_and.reduce(
        [_labels_with(features, times) == labels for times in (1 / MARGIN, MARGIN)]
    )
    return LabelledCustomers(features.where(beyond_doubt), labels[beyond_doubt])


def _imagined(chance: np.random.Generator) -> Features:
    counts = np.minimum(chance.geometric(1 - COMING_BACK, CUSTOMERS), MOST_ORDERS)
    who = np.repeat(np.arange(CUSTOMERS), counts)
    times = np.where(np.arange(CUSTOMERS) % WHOLESALE_EVERY == 0, WHOLESALE_TIMES, 1.0)
    first = chance.uniform(0, 0.98 * DAYS, CUSTOMERS)[who]
    usual = chance.lognormal(3, 0.6, CUSTOMERS) * times
    orders = Orders(
        customer_index=who,
        time_days=chance.uniform(first, DAYS),
        total=usual[who] * chance.uniform(0.7, 1.3, len(who)),
        units=np.round(5 * times[who] * chance.uniform(0.6, 1.6, len(who))),
        is_return=np.zeros(len(who), bool),
    )
    return build_features(orders, CUSTOMERS, ShopReference.from_orders(orders, float(DAYS)))


def _labels_with(features: Features, times: float) -> NDArray[np.str_]:
    larger = np.log1p(np.expm1(features.scaled) * times)
    return np.array(rule_labels(replace(features, scaled=larger)))
