"""The named rules that teach the segment head: recency, frequency, money (RFM).

Hughes 1994, "Strategic Database Marketing", with thresholds relative to the shop. Times
are in median gaps between two sales of one customer, amounts in the shop's medians. The
first rule that holds decides; no rule: occasional.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.customer_features import NAMES, Features

LABELS = (
    "champion",
    "loyal",
    "promising",
    "new",
    "occasional",
    "at_risk",
    "lapsed",
    "wholesale",
)

WHOLESALE = 3.0  # times the median order, in value and in pieces
RECENT = 2.0  # gaps
LAPSED = 5.0  # gaps
OVERDUE = 2.0  # own gaps
CHAMPION_ORDERS, CHAMPION_SPENT = 5, 2.0
LOYAL_ORDERS = 4
REGULAR_ORDERS = 3


def rule_labels(features: Features) -> list[str]:
    """The label of each customer by the rules; "" where there is no order."""
    conditions = _conditions(features)
    chosen = np.select(list(conditions.values()), list(conditions), default="occasional")
    return [str(label) for label in np.where(features.has_orders, chosen, "")]


def _conditions(features: Features) -> Mapping[str, NDArray[np.bool_]]:
    """The rules, in the order in which they are asked."""
    ratio = dict(zip(NAMES, np.expm1(features.scaled).T, strict=True))
    recency, orders = ratio["recency_days"], np.round(ratio["orders"])
    recent = recency <= RECENT
    bulk = np.minimum(ratio["average_order_value"], ratio["units_per_order"]) >= WHOLESALE
    overdue = ratio["recency_in_own_gaps"] > OVERDUE
    return {
        "wholesale": bulk,
        "lapsed": recency > LAPSED,
        "champion": recent & (orders >= CHAMPION_ORDERS) & (ratio["spent"] >= CHAMPION_SPENT),
        "at_risk": overdue & (orders >= REGULAR_ORDERS),
        "loyal": orders >= LOYAL_ORDERS,
        "new": recent & (orders <= 1),
        "promising": recent,
    }
